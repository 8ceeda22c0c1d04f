"""`tests/behaviour/test_self_relations.py` on collections that have shard keys."""

from tests.behaviour.test_self_relations import *  # noqa: F403 - pytest collects what it imports
