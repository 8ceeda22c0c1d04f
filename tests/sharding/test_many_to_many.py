"""`tests/behaviour/test_many_to_many.py` on collections that have shard keys."""

from tests.behaviour.test_many_to_many import *  # noqa: F403 - pytest collects what it imports
