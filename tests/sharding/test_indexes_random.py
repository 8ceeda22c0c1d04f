"""`tests/behaviour/test_indexes_random.py` on collections that have shard keys."""

from tests.behaviour.test_indexes_random import *  # noqa: F403 - pytest collects what it imports
