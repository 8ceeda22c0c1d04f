"""`tests/behaviour/test_explain.py` on collections that have shard keys."""

from tests.behaviour.test_explain import *  # noqa: F403 - pytest collects what it imports
