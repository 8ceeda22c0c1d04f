"""`tests/behaviour/test_create.py` on collections that have shard keys."""

from tests.behaviour.test_create import *  # noqa: F403 - pytest collects what it imports
