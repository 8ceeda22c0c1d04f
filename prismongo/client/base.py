"""The hand-written part of every client: a generated client on our engine, and what it lacks.

`BaseClient` stands before a generated `Prisma` in the order of resolution and overrides its private
seams. It knows no generated package: those that it needs are found from the class that mixes it in.
`prisma` is pinned to 0.15.0; `tests/client/test_seams.py` fails where one of these seams differs.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import warnings
from datetime import timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self, cast

from prisma._base_client import (
    USE_CLIENT_DEFAULT,
    AsyncBasePrisma,
    BasePrisma,
    UseClientDefault,
)
from prisma._constants import DEFAULT_TX_MAX_WAIT, DEFAULT_TX_TIMEOUT
from prisma._transactions import AsyncTransactionManager
from prisma._types import PrismaMethod
from prisma.engine.errors import AlreadyConnectedError
from prisma.errors import UnknownModelError
from pydantic import BaseModel

from prismongo.client.schema import ClientSchema
from prismongo.engine.engine import MakeStore, MongoEngine
from prismongo.engine.observe import LogSettings
from prismongo.engine.structured import copied, structured_request
from prismongo.errors import NotConnectedError
from prismongo.query.decode.decoder import WIRE, Form
from prismongo.query.decode.shapes import Shape, shape_of
from prismongo.query.nodes.requests import Request

_DEPRECATED: Final = (
    "Passing {what} as `timeout` argument is deprecated and will be removed in the next major "
    "release. Use a `datetime.timedelta` instance instead."
)
"""Upstream's words."""


class BaseClient(AsyncBasePrisma):
    """A generated client on our engine: `class Client(BaseClient, Prisma)`.

    Args:
        make_store: the store to use; called at each connect.
        connect_timeout: how long a connect may take.
        log: what is logged of each operation.
    """

    def __init__(
        self,
        make_store: MakeStore,
        *,
        connect_timeout: timedelta,
        log: LogSettings = LogSettings(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(  # type: ignore[call-arg]  # the generated class comes next
            use_dotenv=False, connect_timeout=connect_timeout
        )
        self._make_store = make_store
        self._log = log

    @cached_property
    def client_schema(self) -> ClientSchema:
        """The schema that this client was generated from."""
        return ClientSchema(self._packaged_schema_path, self._schema_path)

    # --- seams of prisma._base_client.AsyncBasePrisma ---

    def _create_engine(self, dml_path: Path | None = None) -> MongoEngine:
        return MongoEngine(self.client_schema.datamodel, self._make_store, log=self._log)

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
        return cast(MongoEngine, self._engine)

    async def connect(
        self, timeout: int | timedelta | UseClientDefault = USE_CLIENT_DEFAULT
    ) -> None:
        """Connect; where that fails the client is not connected, unlike upstream's.

        Args:
            timeout: how long it may take; an int is seconds (deprecated upstream).

        Raises:
            prismongo.errors.ConnectionError: the server cannot be used.
            prisma.engine.errors.AlreadyConnectedError: it is connected, or about to be.
        """
        if isinstance(timeout, int):
            timeout = timedelta(seconds=timeout)
            warnings.warn(_DEPRECATED.format(what="an int"), DeprecationWarning, stacklevel=2)
        if self._internal_engine is not None:
            raise AlreadyConnectedError("Already connected to the query engine")
        engine = self._create_engine()
        self._internal_engine = engine
        try:
            limit, datasources = self._prepare_connect_args(timeout=timeout)
            await engine.connect(timeout=limit, datasources=datasources)
        except BaseException:
            if self._internal_engine is engine:
                self._internal_engine = None
            raise
        if self._internal_engine is not engine:  # disconnected meanwhile
            await engine.aclose()
            raise NotConnectedError

    async def disconnect(self, timeout: float | timedelta | None = None) -> None:
        """Roll back what is open, and disconnect; nothing where it is not connected.

        The client of a transaction only lets go: the connection is not its own.

        Args:
            timeout: how long to wait for it; a number is seconds (deprecated upstream).
        """
        if isinstance(timeout, int | float):
            timeout = timedelta(seconds=timeout)
            warnings.warn(_DEPRECATED.format(what="a number"), DeprecationWarning, stacklevel=2)
        engine, self._internal_engine = self._internal_engine, None
        if engine is None or self._copied:
            return
        home = cast(MongoEngine, engine).home
        if home.is_elsewhere:
            home.close_there()
            return
        closing = home.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if timeout is None else timeout.total_seconds()):
                await asyncio.shield(closing)  # a cancelled disconnect still disconnects

    def __del__(self) -> None:
        """Dropped without disconnect, it disconnects where its event loop is still there."""
        if hasattr(self, "_internal_engine"):  # absent where the constructor failed
            super().__del__()

    def _copy(self) -> Self:
        """A client on the same engine, for a transaction; no constructor of a subclass runs."""
        new = self.__class__.__new__(self.__class__)
        vars(new).update(vars(self))
        for name in BasePrisma.__slots__:
            setattr(new, name, getattr(self, name))
        for name in _generated(type(self)).__slots__:
            actions = getattr(self, name)
            setattr(new, name, type(actions)(new, actions._model))
        new._copied = True
        return new

    async def _execute(
        self,
        *,
        method: PrismaMethod,
        arguments: dict[str, Any],
        model: type[BaseModel] | None = None,
        root_selection: list[str] | None = None,
    ) -> Any:
        """The structured door, in the envelope that the generated actions open."""
        engine: MongoEngine = self._engine
        request, form = self._structured(method, arguments, model, root_selection)
        result = await engine.execute(request, tx_id=self._tx_id, form=form)
        return {"data": {"result": result}}

    def _structured(
        self,
        method: str,
        arguments: dict[str, Any],
        model: type[BaseModel] | None,
        root_selection: list[str] | None = None,
    ) -> tuple[Request, Form]:
        if model is None:
            raise TypeError(f"{method} needs a model")
        shape = self._shape(model)
        request = structured_request(method, arguments, shape, root_selection)
        return request, WIRE if root_selection is not None else shape.form

    def _shape(self, model: type[BaseModel]) -> Shape:
        shape = shape_of(model)
        if shape.model not in self._prisma_models:
            raise UnknownModelError(shape.model)
        return shape

    def _models(self) -> list[type[BaseModel]]:
        """The generated class of every model, in the schema's order."""
        package = _generated(type(self)).__module__.rpartition(".")[0]
        classes = import_module(f"{package}.models")
        known = self.client_schema.datamodel.models
        return [getattr(classes, model.name) for model in known if not model.ignored]

    def tx(
        self,
        *,
        max_wait: int | timedelta = DEFAULT_TX_MAX_WAIT,
        timeout: int | timedelta = DEFAULT_TX_TIMEOUT,
    ) -> AsyncTransactionManager[Self]:
        """A transaction, as a context manager that gives a client of its own.

        Args:
            max_wait: how long beginning may take; an int is milliseconds (deprecated upstream).
            timeout: how long the whole may take, then it is rolled back.
        """
        return AsyncTransactionManager(client=self, max_wait=max_wait, timeout=timeout)

    def batch_(self) -> Any:
        """Writes that are kept together or not at all; their results come back in order."""
        generated: Any = sys.modules[_generated(type(self)).__module__]
        return type("Batch", (ResultsBatch, generated.Batch), {})(self)


class ResultsBatch:
    """Before a generated `Batch` in the order of resolution: our door, and the batch's results.

    Attributes:
        results: what each write answers, in order: a model, or a number for the `_many` actions.
            Set by `commit`, and so at the end of `async with`.
    """

    def __init__(self, client: BaseClient) -> None:
        super().__init__(client)  # type: ignore[call-arg]  # the generated class comes next
        self._of = client
        self._requests: list[tuple[Request, Form]] = []
        self.results: list[Any] = []

    def _add(self, **kwargs: Any) -> None:
        arguments = copied(kwargs.pop("arguments"))  # as they are now, as upstream writes them out
        self._requests.append(self._of._structured(arguments=arguments, **kwargs))

    async def __aenter__(self) -> Self:
        """The batch itself."""
        return self

    async def commit(self) -> list[Any]:
        """Execute the writes in one transaction.

        Returns:
            What each write answers, in order.
        """
        requests, self._requests = self._requests, []
        answers = await self._of._mongo_engine.execute_batch(requests, tx_id=self._of._tx_id)
        self.results = [
            answer["count"] if isinstance(answer, dict) else answer for answer in answers
        ]
        return self.results


def _generated(client: type) -> Any:
    """The generated class that a client's class is made of.

    Raises:
        TypeError: it is made of none.
    """
    for kind in client.__mro__:
        if AsyncBasePrisma in kind.__bases__ and not issubclass(kind, BaseClient):
            return kind
    raise TypeError(
        f"{client.__name__} has no generated client: class {client.__name__}(Service, Prisma)"
    )
