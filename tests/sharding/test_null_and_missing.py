"""`tests/behaviour/test_null_and_missing.py` on collections that have shard keys."""

from tests.behaviour.test_null_and_missing import *  # noqa: F403 - pytest collects what it imports
