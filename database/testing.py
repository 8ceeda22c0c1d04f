"""FakeDatabase: a DatabaseService without a server, for tests. Beside the service.

Everything down to the plan is the same code; below it the steps are evaluated in memory.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from database.client import Client
from database.health import Health, client_freshness
from database.schema.datamodel import Datamodel
from database.service import DatabaseService
from database.settings import DatabaseSettings
from database.stores.memory import MemoryStore


class FakeDatabase(DatabaseService):
    """A database in memory, with the schema's collections and unique indexes; empty at first."""

    def __init__(self) -> None:
        self._memory: MemoryStore | None = None
        self.settings = DatabaseSettings()
        Client.__init__(self, self._store, connect_timeout=timedelta(seconds=1))

    async def health(self) -> Health:
        """`up` while it is connected: there is no server that could fail to answer."""
        status: Literal["up", "down"] = "up" if self.is_connected() else "down"
        return Health(status, client=client_freshness())

    def _store(self, datamodel: Datamodel, _: str | None) -> MemoryStore:
        if self._memory is None:
            self._memory = MemoryStore(datamodel)
        return self._memory
