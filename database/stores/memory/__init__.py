"""The in-memory store: the steps of a plan, evaluated in Python. What the fake stands on."""

from database.stores.memory.memory import Memory
from database.stores.memory.store import MemoryStore

__all__ = ["Memory", "MemoryStore"]
