"""`tests/behaviour/test_portions.py` on collections that have shard keys."""

from tests.behaviour.test_portions import *  # noqa: F403 - pytest collects what it imports

# In a transaction it asks for all records with one id, of any key.
del test_a_filter_that_names_ids_is_not_counted  # noqa: F821
