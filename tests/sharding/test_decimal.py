"""`tests/behaviour/test_decimal.py` on collections that have shard keys."""

from tests.behaviour.test_decimal import *  # noqa: F403 - pytest collects what it imports
