"""`tests/behaviour/test_changes.py` on collections that have shard keys."""

from tests.behaviour.test_changes import *  # noqa: F403 - pytest collects what it imports
