"""Connectable: the half of a client that connects, disconnects, and has the engine meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from prismongo.client.deprecated import as_timedelta
from prismongo.errors import NotConnectedError

if TYPE_CHECKING:
    from prismongo.client.inputs.settings import DatasourceOverride
    from prismongo.engine.engine import MongoEngine


class Connectable:
    """Connects with an engine of its own, or, as the client of a transaction, uses another's."""

    _internal_engine: Any = None
    _copied = False
    _origin: Connectable | None = None
    _connect_timeout: timedelta
    _datasource: DatasourceOverride | None

    def is_connected(self) -> bool:
        """Whether it is connected, or about to be."""
        if self._origin is not None:
            return self._origin.is_connected()
        return self._internal_engine is not None

    async def connect(self, timeout: int | timedelta | None = None) -> None:
        """Connect; where that fails the client is not connected.

        Args:
            timeout: how long it may take; an int is seconds (deprecated upstream).

        Raises:
            prismongo.errors.ConnectionError: the server cannot be used.
            prisma.engine.errors.AlreadyConnectedError: it is connected, or about to be.
        """
        if self._origin is not None:  # a view has the connection of its origin
            await self._origin.connect(timeout)
            return
        limit = self._connect_timeout if timeout is None else as_timedelta(timeout, "timeout")
        if self._internal_engine is not None:
            from prismongo.engine.owner import already_connected

            raise already_connected()
        engine = self._create_engine()
        self._internal_engine = engine
        try:
            overrides = None if self._datasource is None else [self._datasource]
            await engine.connect(timeout=limit, datasources=overrides)
        except BaseException:
            if self._internal_engine is engine:
                self._internal_engine = None
            raise
        if self._internal_engine is not engine:  # disconnected meanwhile
            await engine.aclose()
            raise NotConnectedError

    async def disconnect(self, timeout: float | timedelta | None = None) -> None:
        """Roll back what is open, and disconnect; nothing where it is not connected.

        The client of a transaction only lets go, and a view of `with_options` does nothing: the
        connection is not its own.

        Args:
            timeout: how long to wait for it; a number is seconds (deprecated upstream).
        """
        limit = None if timeout is None else as_timedelta(timeout, "timeout", what="a number")
        engine, self._internal_engine = self._internal_engine, None
        if engine is None or self._copied:
            return
        if engine.home.is_elsewhere:
            engine.home.close_there()
            return
        closing = engine.home.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if limit is None else limit.total_seconds()):
                await asyncio.shield(closing)  # a cancelled disconnect still disconnects

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.is_connected():
            await (self._origin or self).disconnect()  # what `__aenter__` has connected

    def __del__(self) -> None:
        """Dropped without disconnect, it disconnects where its event loop is still there."""
        engine, self._internal_engine = self._internal_engine, None
        if engine is not None and not self._copied:
            engine.stop()

    @property
    def _engine(self) -> Any:
        if self._internal_engine is None:
            raise NotConnectedError
        return self._internal_engine

    @_engine.setter
    def _engine(self, engine: Any) -> None:
        self._internal_engine = engine

    @property
    def _mongo_engine(self) -> MongoEngine:
        engine: MongoEngine | None = self._internal_engine
        if engine is None or self._origin is not None:
            engine = self._engine if self._origin is None else self._origin._mongo_engine
        return engine

    def _create_engine(self, dml_path: Path | None = None) -> MongoEngine:
        """The engine to connect, made at each connect; upstream's seam."""
        raise NotImplementedError
