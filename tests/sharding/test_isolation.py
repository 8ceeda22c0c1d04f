"""`tests/behaviour/test_isolation.py` on collections that have shard keys."""

from tests.behaviour.test_isolation import *  # noqa: F403 - pytest collects what it imports
