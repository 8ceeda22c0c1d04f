"""`tests/behaviour/test_filters_as_prisma.py` on collections that have shard keys."""

from tests.behaviour.test_filters_as_prisma import *  # noqa: F403 - pytest collects what it imports
