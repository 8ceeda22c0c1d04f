"""Frozen dataclasses that the stages pass to each other.

`requests` → validate → `operations`, `filters`, `selections` → plan → `steps` → the store.
"""
