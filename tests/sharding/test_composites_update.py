"""`tests/behaviour/test_composites_update.py` on collections that have shard keys."""

from tests.behaviour.test_composites_update import *  # noqa: F403 - pytest collects what it imports
