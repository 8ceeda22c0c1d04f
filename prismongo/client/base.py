"""BaseClient: what every generated `Prisma` derives from, and `Service` as well.

    class DatabaseService(Service, Prisma): ...

The order of resolution is the service, the generated class, this one: checkers know the actions of
the schema and what the service adds. A generated class says which models there are, and where its
package is; what it does is written here. Names and call shapes are those of prisma-client-py 0.15.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Literal,
    Self,
    TypeVar,
    cast,
    overload,
)

from prisma.errors import ClientNotRegisteredError, UnknownModelError
from pydantic import BaseModel

from prismongo.client.ambient import ambient, joined
from prismongo.client.connectable import Connectable
from prismongo.client.deprecated import as_timedelta
from prismongo.client.engine_parts import engine_parts
from prismongo.client.options import check_inside, each_within, in_time
from prismongo.client.records import Record
from prismongo.client.schema import ClientSchema
from prismongo.client.transactions import TX_MAX_WAIT, TX_TIMEOUT, TransactionManager
from prismongo.errors import ConfigurationError
from prismongo.settings import CONFLICT_TIMEOUT

# What only a client in use needs is imported there: the engine and the driver take the time.
if TYPE_CHECKING:
    from prismongo.client.inputs.settings import DatasourceOverride, HttpConfig, MetricsFormat
    from prismongo.client.metrics import Metrics
    from prismongo.client.returning import ClassSelection
    from prismongo.engine.engine import MakeStore, MongoEngine
    from prismongo.engine.observe import LogSettings
    from prismongo.engine.sessions import TransactionId
    from prismongo.query.decode.forms import Form
    from prismongo.query.decode.shapes import Shape
    from prismongo.query.nodes.options import Options
    from prismongo.query.nodes.requests import Request, Selection
    from prismongo.schema.datamodel import Datamodel
    from prismongo.stores.store import Store

EngineT = TypeVar("EngineT", bound="MongoEngine")

CONNECT_TIMEOUT: Final = timedelta(seconds=10)
_MILLISECOND: Final = timedelta(milliseconds=1)


def load_env(*, override: bool = False, **options: Any) -> None:
    """Read `.env` and `prisma/.env` of the working directory into the environment.

    Args:
        override: whether they come before variables that are set.
        options: what `dotenv.load_dotenv` takes.
    """
    from dotenv import load_dotenv

    for path in (".env", "prisma/.env"):
        load_dotenv(path, override=override, **options)


class Identity:
    """Stands for a database: a client and its copies have the same; no other client has it."""


class BaseClient(Connectable):
    """A client of one schema, in one of these states: not connected, connected, in a transaction.

    Args:
        use_dotenv: read `.env` files first.
        log_queries: accepted; the logger `prismongo.queries` tells of every operation.
        auto_register: register this client for `Model.prisma()`.
        datasource: another URL than the schema's.
        connect_timeout: how long a connect may take; an int is seconds (deprecated upstream).
        http: accepted; there is no HTTP between the client and this engine.
    """

    # What the generated class says.
    _package: ClassVar[str]
    _accessors: ClassVar[Mapping[str, str]] = {}
    _schema_path: Path
    _packaged_schema_path: Path
    _datasource_url: ClassVar[str | None]
    _datasource_variable: ClassVar[str | None]

    _tx_id: TransactionId | None = None
    _manager: TransactionManager[Any] | None = None
    _options: Options | None = None

    def __init__(
        self,
        *,
        use_dotenv: bool = True,
        log_queries: bool = False,
        auto_register: bool = False,
        datasource: DatasourceOverride | None = None,
        connect_timeout: int | timedelta = CONNECT_TIMEOUT,
        http: HttpConfig | None = None,
    ) -> None:
        if not self._accessors:
            name = type(self).__name__
            raise TypeError(f"{name} has no generated client: class {name}(Service, Prisma)")
        self._datasource = datasource
        self._database = Identity()  # copies have the same
        self._class_selections: dict[tuple[type, str], ClassSelection] = {}
        self._shapes: dict[type[BaseModel] | Shape, Shape] = {}
        self._known_actions: dict[str, tuple[type[Any], type[BaseModel]]] = {}
        self._make_store: MakeStore = self._store_of_schema
        self._connect_timeout = as_timedelta(connect_timeout, "connect_timeout")
        self._conflict_timeout = CONFLICT_TIMEOUT
        self._has_telemetry = False
        if use_dotenv:
            load_env()
        if auto_register:
            self._generated("client", "register")(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The actions of a model, made when they are first asked for."""
            model = type(self)._accessors.get(name)
            if model is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            known = self._known_actions.get(name)
            if known is None:
                actions = self._actions_of(self._generated("models", model))
                self._known_actions[name] = type(actions), actions._model
            else:
                actions = known[0](self, known[1])
            setattr(self, name, actions)
            return actions

    @cached_property
    def client_schema(self) -> ClientSchema:
        """The schema that this client was generated from."""
        return ClientSchema(self._packaged_schema_path, self._schema_path)

    def is_registered(self) -> bool:
        """Whether this is the client that `Model.prisma()` asks."""
        try:
            return self._generated("_registry", "get_client")() is self
        except ClientNotRegisteredError:
            return False

    def is_transaction(self) -> bool:
        """Whether this is the client of a transaction, or used inside of a block of `atomic`."""
        return self._tx_id is not None or ambient(self._database) is not None

    # --- transactions, metrics ---

    def tx(
        self,
        *,
        max_wait: int | timedelta = TX_MAX_WAIT,
        timeout: int | timedelta = TX_TIMEOUT,
    ) -> TransactionManager[Self]:
        """A transaction, as a context manager that gives a client of its own.

            async with database.tx() as tx:
                await tx.user.create({...})

        Args:
            max_wait: how long beginning may take; an int is milliseconds (deprecated upstream).
            timeout: how long the whole may take, then it is rolled back.
        """
        return TransactionManager(
            client=self,
            max_wait=as_timedelta(max_wait, "max_wait", unit=_MILLISECOND),
            timeout=as_timedelta(timeout, "timeout", unit=_MILLISECOND),
        )

    @overload
    async def get_metrics(
        self, format: Literal["json"] = "json", *, global_labels: dict[str, str] | None = None
    ) -> Metrics: ...

    @overload
    async def get_metrics(
        self, format: Literal["prometheus"], *, global_labels: dict[str, str] | None = None
    ) -> str: ...

    async def get_metrics(
        self, format: MetricsFormat = "json", *, global_labels: dict[str, str] | None = None
    ) -> str | Metrics:
        """What was done since connect, under Prisma's names.

        Args:
            format: `json` for `prisma.Metrics`, `prometheus` for a scraper's text.
            global_labels: labels to add to each metric.
        """
        found = await self._mongo_engine.metrics(format=format, global_labels=global_labels)
        if format == "prometheus":
            return cast(str, found)
        from prismongo.client.metrics import Metrics

        return Metrics.model_validate(found)

    # --- what generated code, the service and the fake stand on ---

    def _create_engine(self, dml_path: Path | None = None) -> MongoEngine:
        """The engine to connect, made at each connect; upstream's seam."""
        from prismongo.engine.engine import MongoEngine

        return self._kind_of(MongoEngine)(
            self.client_schema.datamodel,
            self._make_store,
            log=self._log_settings(),
            conflict_timeout=self._conflict_timeout,
        )

    def _kind_of(self, engine: type[EngineT]) -> type[EngineT]:
        """The class of the engine: with telemetry if the settings ask for it.

        Raises:
            ConfigurationError: OpenTelemetry is not installed.
        """
        if not self._has_telemetry:
            return engine
        from prismongo.telemetry import traced

        return traced(engine)

    def _store_of_schema(self, datamodel: Datamodel, url: str | None) -> Store:
        """The store of the URL that the schema names, or of another one."""
        from prismongo.settings import DatabaseSettings
        from prismongo.stores.mongo.client import mongo_stores

        variable = self._datasource_variable
        if url is None and variable is not None:
            url = os.environ.get(variable)
            if not url:
                raise ConfigurationError(f"Environment variable not found: {variable}.")
        settings = DatabaseSettings(url=url or self._datasource_url)
        return mongo_stores(settings)(datamodel, None)

    def _log_settings(self) -> LogSettings:
        from prismongo.engine.observe import LogSettings

        return LogSettings()

    def _generated(self, module: str, name: str) -> Any:
        """What a module of the generated package has."""
        return getattr(import_module(f"{self._package}.{module}"), name)

    def _models(self) -> list[Any]:
        """The classes of all models."""
        models = self.client_schema.datamodel.models
        return [self._generated("models", item.name) for item in models if not item.ignored]

    def _actions_of(self, model: Any) -> Any:
        """The actions whose answers are of a class."""
        name = getattr(model, "__prisma_model__", None)
        kind = None if name is None else f"{name}Actions"
        actions = import_module(f"{self._package}.actions")
        if kind is None or not hasattr(actions, kind):
            raise UnknownModelError(str(name))
        return getattr(actions, kind)(self, model)

    def _returned(self, kind: object, model: str) -> type[BaseModel] | Shape:
        """What `returning` selects: the fields of a class of the user's own, read once."""
        from prismongo.client.returning import class_selection, record_of
        from prismongo.query.errors.input import invalid

        if not isinstance(kind, type) or not issubclass(kind, BaseModel):
            raise invalid(("returning",), "expected a class that derives from pydantic's BaseModel")
        if issubclass(kind, Record):
            return record_of(kind, model)
        selection = self._class_selections.get((kind, model))
        if selection is None:
            datamodel = self.client_schema.datamodel
            selection = class_selection(kind, datamodel.model[model], datamodel)
            self._class_selections[kind, model] = selection
        return selection

    def _copy(self) -> Self:
        """A client on the same engine, for a transaction; no constructor of a subclass runs.

        The actions of the models are not copied: each client has its own.
        """
        new = self.__class__.__new__(self.__class__)
        vars(new).update(vars(self))
        new._copied = True
        return new

    def _execute(
        self,
        *,
        method: str,
        arguments: dict[str, Any],
        model: type[BaseModel] | Shape,
        selections: tuple[Selection, ...] | None = None,
    ) -> Awaitable[Any]:
        """What an action answers: records of the class, or what the selections name.

        Each coroutine around the driver's is entered again after every wait, with cold caches: so
        whatever does not wait itself is a plain function.
        """
        request, form = self._structured(method, arguments, model, selections)
        return self._answer(request, form)

    def _answer(self, request: Request, form: Form) -> Awaitable[Any]:
        """What a request answers, with the options of the client and in its transaction."""
        engine, options = self._mongo_engine, self._options
        tx_id = self._current_tx_id(options)
        work = engine.execute(request, tx_id=tx_id, form=form, options=options)
        return work if options is None else in_time(options, work)

    def _current_tx_id(self, options: Options | None = None) -> TransactionId | None:
        """The transaction of an operation: the client's, or that of the block around it.

        Raises:
            UnsupportedOperationError: P2026, an operation of it cannot have the options.
        """
        manager = joined(self)
        if manager is None:
            return self._tx_id
        if options is not None:
            check_inside(options, manager.options)
        return manager.usable_id() if self._tx_id is None else self._tx_id

    def _stream(
        self, *, arguments: dict[str, Any], model: type[BaseModel] | Shape
    ) -> AsyncGenerator[Any, None]:
        """What `find_many` answers, a batch at a time."""
        engine, options = self._mongo_engine, self._options
        request, form = self._structured("find_many", arguments, model)
        tx_id = self._current_tx_id(options)
        found = engine.stream(request, tx_id=tx_id, form=form, options=options)
        limit = None if options is None else options.timeout
        return found if limit is None else each_within(limit, found)

    async def _execute_batch(self, asked: Sequence[tuple[Request, Form]]) -> list[Any]:
        options = self._options
        work = self._mongo_engine.execute_batch(
            asked, tx_id=self._current_tx_id(options), options=options
        )
        found = await (work if options is None else in_time(options, work))
        return [answer["count"] if isinstance(answer, dict) else answer for answer in found]

    def _structured(
        self,
        method: str,
        arguments: dict[str, Any],
        model: type[BaseModel] | Shape,
        selections: tuple[Selection, ...] | None = None,
    ) -> tuple[Request, Form]:
        parts, shape = engine_parts(), self._shapes.get(model) or self._shape(model)
        request = parts.request(method, arguments, shape, selections)
        return request, shape.form if selections is None else self._values_form

    @cached_property
    def _values_form(self) -> Form:
        """How the rows of aggregates and groups are built: with members of the client's enums."""
        return engine_parts().values(
            {
                item.name: self._generated("enums", item.name)
                for item in self.client_schema.datamodel.enums
            }
        )

    def _shape(self, model: type[BaseModel] | Shape) -> Shape:
        """What a class of answers declares, of a model that the schema has."""
        parts = engine_parts()
        shape = model if isinstance(model, parts.shape) else parts.shape_of(model)
        if shape.model not in self.client_schema.datamodel.model:
            raise UnknownModelError(shape.model)
        self._shapes[model] = shape
        return shape
