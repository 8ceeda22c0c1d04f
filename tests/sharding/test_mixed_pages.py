"""`tests/behaviour/test_mixed_pages.py` on collections that have shard keys."""

from tests.behaviour.test_mixed_pages import *  # noqa: F403 - pytest collects what it imports
