"""`tests/behaviour/test_referential_actions.py` on collections that have shard keys."""

from tests.behaviour.test_referential_actions import *  # noqa: F403 - pytest collects what it imports
