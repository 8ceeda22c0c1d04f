"""`tests/behaviour/test_upsert.py` on collections that have shard keys."""

from tests.behaviour.test_upsert import *  # noqa: F403 - pytest collects what it imports

del TestRefused  # noqa: F821 - it asks for what names no key
