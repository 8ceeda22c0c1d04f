"""`tests/behaviour/test_aggregates.py` on collections that have shard keys."""

from tests.behaviour.test_aggregates import *  # noqa: F403 - pytest collects what it imports
