"""FakeDatabase: a DatabaseService in memory, with faults on purpose and a record of its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from prisma._base_client import USE_CLIENT_DEFAULT, UseClientDefault
from pydantic import BaseModel

from database.client import Client, datamodel_of
from database.engine.structured import copied
from database.health import Health, client_freshness
from database.query.decode import Form
from database.query.requests import Request
from database.query.steps import Row
from database.schema.datamodel import Datamodel
from database.service import DatabaseService
from database.settings import DatabaseSettings
from database.stores.memory import Memory, MemoryStore
from database.stores.memory.select import projected
from database.stores.memory.tables import Tables
from database.testing.engine import FakeEngine
from database.testing.script import AskedRequest, Call, Failure, Script


@dataclass(frozen=True)
class Snapshot:
    """Everything that a fake held at a time."""

    tables: Tables


class FakeDatabase(DatabaseService):
    """A database in memory, with the schema's collections and unique indexes; empty at first.

    It is ready as it is made: there is nothing to connect to, though `async with` and `connect`
    work as ever. After `disconnect` it is as unusable as any other; what is stored stays. What it
    cannot do (raw commands, PyMongo's database) it refuses by name.
    """

    def __init__(self) -> None:
        self._memory = Memory()
        self._script = Script(lambda: datamodel_of(self._packaged_schema_path))
        self._is_fresh = True
        self.settings = DatabaseSettings()
        Client.__init__(self, self._make_memory_store, connect_timeout=timedelta(seconds=1))

    # --- what is stored ---

    def snapshot(self) -> Snapshot:
        """What is stored now, for `restore`; it takes no time, whatever the size."""
        return Snapshot(self._filled().snapshot())

    def restore(self, snapshot: Snapshot) -> None:
        """Store what was stored at the snapshot and nothing else; open transactions are aborted."""
        self._memory.restore(snapshot.tables)

    def documents(self, model: str) -> list[Row]:
        """The stored documents of a model, as MongoDB would hold them; dates are in UTC.

        Args:
            model: its name in the schema: `User`.

        Raises:
            KeyError: there is no such model.
        """
        collection = self._datamodel.model[model].db_name
        return [projected(row, None) for row in self._filled().tables[collection]]

    # --- what was asked, and what shall happen ---

    @property
    def calls(self) -> list[Call]:
        """The actions that were asked for, in order, those of batches and transactions included."""
        return self._script.calls

    def fail(self, name: str, error: Failure, *, times: int | None = 1) -> None:
        """Let an action fail: `fake.fail("message.create", UniqueViolationError)`.

        In a transaction an error of the database ends it, as it would on a server.

        Args:
            name: `model.action`, either of them `*` for any; or `begin`, `commit` of a transaction.
            error: an exception, a class, or a code of Prisma's: `"P2034"`.
            times: how often; None for always.

        Raises:
            ConfigurationError: there is no such action.
        """
        self._script.fail(name, error, times)

    def delay(self, name: str, duration: timedelta | float, *, times: int | None = None) -> None:
        """Let an action take longer; `name` and `times` as for `fail`.

        Args:
            name: which action.
            duration: how much longer; a number is seconds.
            times: how often; None for always.
        """
        self._script.delay(name, duration, times)

    def stub(self, name: str, answer: Any, *, times: int | None = None) -> None:
        """Let an action answer this: `fake.stub("user.count", 7)`; `name`, `times` as for `fail`.

        Args:
            name: which action.
            answer: what it answers, a record as a model or a dict; or a function of the `Call`.
            times: how often; None for always.
        """
        self._script.stub(name, answer, times)

    def forget(self) -> None:
        """Forget the calls, and what was to fail, to wait or to be answered; documents stay."""
        self._script.clear()

    # --- as every service ---

    async def connect(
        self, timeout: int | timedelta | UseClientDefault = USE_CLIENT_DEFAULT
    ) -> None:
        """Connect, which costs nothing.

        Raises:
            prisma.engine.errors.AlreadyConnectedError: it was connected before.
        """
        if self._is_fresh and self._internal_engine is not None:
            self._internal_engine = None  # opened by being used; from now on it is connected
        self._is_fresh = False
        await super().connect(timeout)

    async def disconnect(self, timeout: float | timedelta | None = None) -> None:
        """Disconnect; what is stored stays."""
        if not self._copied:
            self._is_fresh = False
        await super().disconnect(timeout)

    async def health(self) -> Health:
        """`up` while it can be used: there is no server that could fail to answer."""
        status: Literal["up", "down"] = "up" if self._is_fresh or self.is_connected() else "down"
        return Health(status, client=client_freshness())

    # --- seams ---

    @property
    def _engine(self) -> Any:
        if self._internal_engine is None and self._is_fresh:
            engine = self._create_engine()
            engine.open()
            self._internal_engine = engine
        return super()._engine

    @_engine.setter
    def _engine(self, engine: Any) -> None:
        self._internal_engine = engine

    def _create_engine(self, dml_path: Path | None = None) -> FakeEngine:
        datamodel = datamodel_of(dml_path or self._packaged_schema_path)
        return FakeEngine(datamodel, self._make_store, self._script)

    def _structured(
        self,
        method: str,
        arguments: dict[str, Any],
        model: type[BaseModel] | None,
        root_selection: list[str] | None = None,
    ) -> tuple[Request, Form]:
        request, form = super()._structured(method, arguments, model, root_selection)
        call = Call((request.model or "").lower(), method, _given(arguments))
        asked = AskedRequest(
            request.action, request.model, request.arguments, request.selections, call
        )
        return asked, form

    def _make_memory_store(self, datamodel: Datamodel, _: str | None) -> MemoryStore:
        return MemoryStore(datamodel, self._memory)

    @property
    def _datamodel(self) -> Datamodel:
        return datamodel_of(self._packaged_schema_path)

    def _filled(self) -> Memory:
        """The memory, with the schema's collections, used before or not."""
        if not self._memory.tables:
            self._memory.add(self._datamodel)
        return self._memory


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: copied(value) for name, value in arguments.items() if value is not None}
