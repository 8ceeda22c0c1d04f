"""The store in memory, which the fake uses: it evaluates steps in Python."""

from prismongo.stores.memory.memory import Memory
from prismongo.stores.memory.store import MemoryStore

__all__ = ["Memory", "MemoryStore"]
