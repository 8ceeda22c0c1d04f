"""`tests/behaviour/test_defaults.py` on collections that have shard keys."""

from tests.behaviour.test_defaults import *  # noqa: F403 - pytest collects what it imports
