"""`tests/behaviour/test_missing_shard_keys.py` on collections that have shard keys."""

from tests.behaviour.test_missing_shard_keys import *  # noqa: F403 - pytest collects what it imports
