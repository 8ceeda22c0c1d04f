"""`tests/behaviour/test_composites_lists.py` on collections that have shard keys."""

from tests.behaviour.test_composites_lists import *  # noqa: F403 - pytest collects what it imports
