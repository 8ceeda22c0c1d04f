"""`tests/behaviour/test_pages.py` on collections that have shard keys."""

from tests.behaviour.test_pages import *  # noqa: F403 - pytest collects what it imports
