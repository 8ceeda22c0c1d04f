"""`tests/behaviour/test_properties.py` on collections that have shard keys."""

from tests.behaviour.test_properties import *  # noqa: F403 - pytest collects what it imports
