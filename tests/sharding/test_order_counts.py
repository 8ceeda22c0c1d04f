"""`tests/behaviour/test_order_counts.py` on collections that have shard keys."""

from tests.behaviour.test_order_counts import *  # noqa: F403 - pytest collects what it imports
