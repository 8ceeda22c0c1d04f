"""`tests/behaviour/test_nested_connect.py` on collections that have shard keys."""

from tests.behaviour.test_nested_connect import *  # noqa: F403 - pytest collects what it imports
