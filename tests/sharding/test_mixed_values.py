"""`tests/behaviour/test_mixed_values.py` on collections that have shard keys."""

from tests.behaviour.test_mixed_values import *  # noqa: F403 - pytest collects what it imports
