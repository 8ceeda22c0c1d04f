"""What passes between the stages: frozen values that say what was asked and what is to be done.

`requests` → validate → `operations`, `filters`, `selected` → plan → `steps` → the store.
"""
