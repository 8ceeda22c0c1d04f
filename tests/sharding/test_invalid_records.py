"""`tests/behaviour/test_invalid_records.py` on collections that have shard keys."""

from tests.behaviour.test_invalid_records import *  # noqa: F403 - pytest collects what it imports
