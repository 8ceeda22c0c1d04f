"""`tests/behaviour/test_update_stages.py` on collections that have shard keys."""

from tests.behaviour.test_update_stages import *  # noqa: F403 - pytest collects what it imports
