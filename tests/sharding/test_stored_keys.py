"""`tests/behaviour/test_stored_keys.py` on collections that have shard keys."""

from tests.behaviour.test_stored_keys import *  # noqa: F403 - pytest collects what it imports
