"""The in-memory store: the steps of a plan, evaluated in Python. What the fake stands on."""

from prismongo.stores.memory.memory import Memory
from prismongo.stores.memory.store import MemoryStore

__all__ = ["Memory", "MemoryStore"]
