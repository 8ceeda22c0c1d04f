"""`tests/behaviour/test_null_lists.py` on collections that have shard keys."""

from tests.behaviour.test_null_lists import *  # noqa: F403 - pytest collects what it imports
