"""`fake(DatabaseService)`: the service on a store in memory, with injected faults.

A fake is an instance of a subclass of the service, with another store. All other code is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, Literal, Self, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from prismongo.engine.engine import MakeStore
from prismongo.engine.structured import copied
from prismongo.errors import ConfigurationError
from prismongo.health import Health
from prismongo.query.decode.forms import Form
from prismongo.query.decode.shapes import Shape
from prismongo.query.nodes.requests import Request, Selection
from prismongo.service import Service
from prismongo.settings import DatabaseSettings
from prismongo.stores.memory import MemoryStore
from prismongo.testing.controls import Controls
from prismongo.testing.engine import FakeEngine
from prismongo.testing.faults import Call, RecordedRequest

ServiceT = TypeVar("ServiceT", bound=Service)

_FAKES: Final[WeakKeyDictionary[type[Service], type[Service]]] = WeakKeyDictionary()
"""Class of a service → class of its fakes."""


def fake(service: type[ServiceT], *, telemetry: bool = False) -> ServiceT:
    """A database in memory, with the schema's collections and unique indexes; empty at first.

    It can be used at once, without connect, but `async with` and `connect` also work. After
    `disconnect` it cannot be used, as any service; its documents stay. It refuses what it cannot do
    (raw commands, PyMongo's database). What only a fake can do is on its attribute `fake`:
    `database.fake.fail("message.create", "P2034")`.

    Args:
        service: the application's class: `class DatabaseService(Service, Prisma)`. Its constructor
            takes settings alone.
        telemetry: whether it makes the spans and metrics of OpenTelemetry, as the setting does.

    Returns:
        An instance of a subclass of `service`.

    Raises:
        ConfigurationError: it is no subclass of Service.
    """
    if not issubclass(service, Service):
        raise ConfigurationError(f"fake takes a subclass of Service, not {service.__name__}.")
    if service not in _FAKES:
        _FAKES[service] = _fake_of(service)
    kind: Any = _FAKES[service]
    made: ServiceT = kind(DatabaseSettings(telemetry=telemetry))
    return made


def _fake_of(service: type[Service]) -> type[Service]:
    return type(f"Fake{service.__name__}", (_Fake, service), {})


class _Fake(Service):
    """Comes before a service in the method resolution order, and makes a fake of it."""

    _is_fresh = True

    @cached_property
    def fake(self) -> Controls:
        """What only a fake has."""
        return Controls(self.client_schema)

    def _stores(self, settings: DatabaseSettings) -> MakeStore:
        return lambda datamodel, _: MemoryStore(datamodel, self.fake._memory)

    async def connect(self, timeout: int | timedelta | None = None) -> None:
        """Connect; nothing is awaited.

        Raises:
            prisma.engine.errors.AlreadyConnectedError: it was connected before.
        """
        if self._is_fresh and self._internal_engine is not None:
            self._internal_engine = (
                None  # it was opened by its first use; from now on it is connected
            )
        self._is_fresh = False
        await super().connect(timeout)

    async def disconnect(self, timeout: float | timedelta | None = None) -> None:
        """Disconnect; the documents stay."""
        if not self._copied:
            self._is_fresh = False
        await super().disconnect(timeout)

    async def health(self) -> Health:
        """`up` while it can be used: there is no server that could be down."""
        status: Literal["up", "down"] = "up" if self._is_fresh or self.is_connected() else "down"
        return Health(status, client=self.client_schema.freshness())

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

    def _copy(self) -> Self:
        _ = self.fake  # copies have the same
        return super()._copy()

    def _create_engine(self, dml_path: object = None) -> FakeEngine:
        return self._kind_of(FakeEngine)(
            self.client_schema.datamodel,
            self._make_store,
            self.fake._faults,
            conflict_timeout=self._conflict_timeout,
        )

    async def _execute(self, *, model: type[BaseModel] | Shape, **asked: Any) -> Any:
        found = await super()._execute(model=model, **asked)
        return found if asked.get("selections") is not None else self._shape(model).made(found)

    def _structured(
        self,
        method: str,
        arguments: dict[str, Any],
        model: type[BaseModel] | Shape,
        selections: tuple[Selection, ...] | None = None,
    ) -> tuple[Request, Form]:
        request, form = super()._structured(method, arguments, model, selections)
        call = Call((request.model or "").lower(), method, _given(arguments))
        asked = RecordedRequest(
            request.action,
            request.model,
            request.arguments,
            request.selections,
            request.declared,
            request.words,
            request.on_invalid,
            request.must_exist,
            call,
        )
        return asked, form


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: copied(value) for name, value in arguments.items() if value is not None}
