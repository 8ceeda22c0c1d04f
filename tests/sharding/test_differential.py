"""`tests/behaviour/test_differential.py` on collections that have shard keys."""

from tests.behaviour.test_differential import *  # noqa: F403 - pytest collects what it imports
