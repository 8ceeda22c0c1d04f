"""`tests/behaviour/test_decimal_arithmetic.py` on collections that have shard keys."""

from tests.behaviour.test_decimal_arithmetic import *  # noqa: F403 - pytest collects what it imports
