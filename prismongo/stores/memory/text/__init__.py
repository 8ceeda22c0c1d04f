"""Searches in memory: what MongoDB's `$text` finds, as far as it can be told without stemming."""
