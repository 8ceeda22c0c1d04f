"""A mongod that crashes and comes back on its data and its port."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from prismongo.embedded.mongod import Mongod
from tests.processes import kill


class Crashing:
    """A server that `kill` ends as a crash would, and `start` brings back; entered, it runs.

    Args:
        data: its directory.
        standalone: no replica set.
    """

    def __init__(self, data: Path, *, standalone: bool) -> None:
        self._data = data
        self._standalone = standalone
        self._server = Mongod(data=data, standalone=standalone)

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    def url(self, database: str) -> str:
        """The connection string, as it was and will be."""
        return self._server.url(database)

    @property
    def port(self) -> int:
        """Where it listens while it runs."""
        return self._server.port

    async def kill(self) -> None:
        """End it with SIGKILL."""
        await kill(self._server)

    async def start(self) -> None:
        """Start it again, after `kill`."""
        port = self._server.port
        await self._server.stop()
        self._server = Mongod(data=self._data, port=port, standalone=self._standalone)
        await self._server.start()
