"""`tests/behaviour/test_conflicts.py` on collections that have shard keys."""

from tests.behaviour.test_conflicts import *  # noqa: F403 - pytest collects what it imports
