"""`tests/behaviour/test_one_to_one.py` on collections that have shard keys."""

from tests.behaviour.test_one_to_one import *  # noqa: F403 - pytest collects what it imports
