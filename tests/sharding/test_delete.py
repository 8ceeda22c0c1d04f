"""`tests/behaviour/test_delete.py` on collections that have shard keys."""

from tests.behaviour.test_delete import *  # noqa: F403 - pytest collects what it imports
