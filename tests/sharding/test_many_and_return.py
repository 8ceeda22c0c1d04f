"""`tests/behaviour/test_many_and_return.py` on collections that have shard keys."""

from tests.behaviour.test_many_and_return import *  # noqa: F403 - pytest collects what it imports
