"""`tests/behaviour/test_properties_composites.py` on collections that have shard keys."""

from tests.behaviour.test_properties_composites import *  # noqa: F403 - pytest collects what it imports
