"""`tests/behaviour/test_views.py` on collections that have shard keys."""

from tests.behaviour.test_views import *  # noqa: F403 - pytest collects what it imports
