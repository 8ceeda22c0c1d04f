"""MongoEngine: the parts put together, with the methods of upstream's `AsyncAbstractEngine`.

Source of the contract: prisma-client-py 0.15, `prisma/engine/_abstract.py` and `_http.py`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Literal, Protocol, TypeVar, cast, overload

from prisma.errors import DataError

from prismongo.engine.answers import Answers
from prismongo.engine.calls import Calls
from prismongo.engine.conflicts import Conflicts
from prismongo.engine.drive import Work, rollbacks, run, together
from prismongo.engine.graphql.documents import Documents
from prismongo.engine.observe import LogSettings, Observer
from prismongo.engine.owner import OwnerLoop, already_connected
from prismongo.engine.sessions import Sessions, TransactionId
from prismongo.engine.views import Views
from prismongo.errors import NotConnectedError
from prismongo.query.decode.forms import WIRE, Form
from prismongo.query.errors.input import no_isolation_levels
from prismongo.query.nodes.operations import FindPage, Operation
from prismongo.query.nodes.options import Options
from prismongo.query.nodes.requests import WORDS, Request, Words
from prismongo.query.nodes.steps import Plan
from prismongo.query.plan.page import Position, position_of
from prismongo.query.plan.planner import Planner
from prismongo.query.plan.read import read_batch
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.parser import parse
from prismongo.settings import CONFLICT_TIMEOUT, DatabaseSettings
from prismongo.spans import NO_SPANS, Spans
from prismongo.stores.mongo.client import mongo_stores
from prismongo.stores.store import OnLost, Store, Transaction

MakeStore = Callable[[Datamodel, str | None], Store]
"""Makes the store to connect to; the text is a URL that overrides the configured one."""


class Attached(Protocol):
    """What lives as long as a connection, and no longer."""

    async def close(self) -> None:
        """Come to an end; the store is still there."""


AttachedT = TypeVar("AttachedT", bound=Attached)


class MongoEngine:
    """Answers the generated client in this process, over PyMongo.

    Args:
        datamodel: the schema.
        make_store: the store; called at each connect.
        log: what is logged of each operation.
        conflict_timeout: how long an operation is repeated that loses against another transaction.

    Attributes:
        conflicts: the turns of what lost.
    """

    spans: Spans = NO_SPANS

    def __init__(
        self,
        datamodel: Datamodel,
        make_store: MakeStore,
        *,
        log: LogSettings | None = None,
        conflict_timeout: timedelta = CONFLICT_TIMEOUT,
    ) -> None:
        self.datamodel = datamodel
        self._make_store = make_store
        self._validators: Mapping[Words, Validator] = {
            words: Validator(datamodel, words) for words in WORDS
        }
        self._planner = Planner(datamodel)
        self.conflicts = Conflicts(conflict_timeout.total_seconds())
        self._calls = Calls(datamodel, self._validators, self._planner, self.conflicts)
        self._answers = Answers(datamodel)
        self._documents = Documents(datamodel)
        self._observer = Observer(log or LogSettings())
        self._store: Store | None = None
        self._connecting: Store | None = None
        self.home = OwnerLoop(self.aclose)
        self._sessions: Sessions | None = None
        self._views = Views(datamodel)
        self._attached: dict[Callable[[MongoEngine], Attached], Attached] = {}

    @classmethod
    def from_schema(
        cls, text: str, *, url: str | None = None, settings: DatabaseSettings | None = None
    ) -> MongoEngine:
        """An engine for the text of a schema.prisma and a MongoDB URL.

        Raises:
            SchemaError: the text is not a valid schema.
            ConnectionError: P1013, the URL cannot be read.
        """
        settings = settings or DatabaseSettings(url=url)
        return cls(
            parse(text),
            mongo_stores(settings),
            log=LogSettings.of(settings),
            conflict_timeout=settings.conflict_timeout,
        )

    # --- life ---

    async def connect(
        self,
        timeout: timedelta = timedelta(seconds=10),
        datasources: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Connect within `timeout`.

        Raises:
            prismongo.errors.ConnectionError: the server cannot be used.
            prisma.engine.errors.AlreadyConnectedError: it is connected, or about to be.
            prisma.errors.ClientNotConnectedError: it was closed meanwhile.
        """
        if self._connecting is not None or self._store is not None:
            raise already_connected()
        url = next((item.get("url") for item in datasources or ()), None)
        self._connecting = store = self._make_store(self.datamodel, url)
        try:
            await store.connect(timeout.total_seconds())
            if self._connecting is not store:
                await store.close()
                raise NotConnectedError
        finally:
            if self._connecting is store:
                self._connecting = None
        self._store = store
        self._observer.connected(store.accelerator)
        self._sessions = Sessions(store)
        self.home.enter()

    def close(self, *, timeout: timedelta | None = None) -> None:
        """Let it close in the event loop that connected it; nothing where it is not connected."""
        self.home.close_there()

    def stop(self, *, timeout: timedelta | None = None) -> None:
        """The same, of a client that is dropped: upstream's closes in whatever event loop runs."""
        self.close(timeout=timeout)

    async def aclose(self, *, timeout: timedelta | None = None) -> None:
        """End what is attached, roll back what is open and disconnect; may be called again."""
        self.home.leave()
        self._connecting = None
        try:
            while self._attached:
                _, attached = self._attached.popitem()
                await attached.close()
        finally:
            await self._release()

    async def _release(self) -> None:
        sessions, self._sessions = self._sessions, None
        store, self._store = self._store, None
        try:
            if sessions is not None:
                await sessions.close()
                await rollbacks()
        finally:
            if store is not None:
                await store.close()

    @property
    def store(self) -> Store:
        """The connected store.

        Raises:
            prisma.errors.ClientNotConnectedError: before connect and after aclose.
        """
        if self._store is None:
            raise NotConnectedError
        return self._store

    def attached(self, kind: Callable[[MongoEngine], AttachedT]) -> AttachedT:
        """The one `kind` of this connection, made when first asked for, closed before the store.

        Raises:
            prisma.errors.ClientNotConnectedError: before connect and after aclose.
        """
        if self._store is None:
            raise NotConnectedError
        if kind not in self._attached:
            self._attached[kind] = kind(self)
        return cast(AttachedT, self._attached[kind])

    # --- the two doors ---

    async def execute(
        self,
        request: Request,
        *,
        tx_id: TransactionId | None,
        form: Form = WIRE,
        options: Options | None = None,
    ) -> Any:
        """The structured door: what a request answers, in the form asked for."""
        operation, work = self._calls.prepared(request, is_enclosed=tx_id is not None)
        if tx_id is None:
            store = self._store_for((request,), options)
            with self._observer.operation((request,), store.describe) as observed:
                result = observed.result = await work(store, None, observed.step)
        else:
            result = await self._run(work, tx_id, "query", (request,), options)
        return self._answered(request, operation, result, form)

    def _answered(self, request: Request, operation: Operation, result: Any, form: Form) -> Any:
        try:
            return self._answers.answer(operation, result, form)
        except DataError:
            if request.on_invalid == "raise":
                raise
        result, errors = self._answers.readable(operation, result, form)
        self._observer.skipped(request, errors)
        return self._answers.answer(operation, result, form)

    async def stream(
        self,
        request: Request,
        *,
        tx_id: TransactionId | None,
        form: Form,
        options: Options | None = None,
    ) -> AsyncGenerator[Any, None]:
        """The records of a findMany, in batches of its `take`; each begins where one ended.

        Nothing stays open on the server between two batches, so there is nothing to close.
        """
        operation = self._validators[request.words].streamed(request)
        position: Position | None = None
        while True:
            records, position = await self.batch(request, operation, position, tx_id, form, options)
            for record in records:
                yield record
            if position is None:
                return

    async def batch(
        self,
        request: Request,
        operation: FindPage,
        position: Position | None,
        tx_id: TransactionId | None,
        form: Form,
        options: Options | None,
    ) -> tuple[list[Any], Position | None]:
        """The records of one batch, and the position of the last one; None at the end."""
        page = operation.page
        plan = partial(read_batch, page, operation.selected, position)
        work = partial(run, plan, self.conflicts)
        rows = await self._run(work, tx_id, "query", (request,), options)
        is_full = len(rows) == page.take
        following = position_of(operation.model, page, rows[-1]) if is_full else None
        return self._answered(request, operation, rows, form), following

    async def execute_batch(
        self,
        requests: Sequence[tuple[Request, Form]],
        *,
        tx_id: TransactionId | None,
        options: Options | None = None,
    ) -> list[Any]:
        """What the requests answer, in order: all are kept, or none is."""
        parts = [
            (self._validators[request.words].validate(request), form) for request, form in requests
        ]

        def make_plan() -> Plan:
            return together(
                [self._planner.plan(operation, is_enclosed=True) for operation, _ in parts]
            )

        asked = [request for request, _ in requests]
        work = partial(run, make_plan, self.conflicts)
        results = await self._run(work, tx_id, "batch query", asked, options)
        return [
            self._answers.answer(operation, result, form)
            for (operation, form), result in zip(parts, results, strict=True)
        ]

    async def query(self, content: str, *, tx_id: TransactionId | None = None) -> Any:
        """The text door: GraphQL, as upstream writes it (`engine/graphql/documents.py`)."""
        return await self._documents.answer(content, self, tx_id=tx_id)

    async def _run(
        self,
        work: Work,
        tx_id: TransactionId | None,
        act: str,
        requests: Sequence[Request],
        options: Options | None,
    ) -> Any:
        if tx_id is None:
            return await self._observed(work, requests, options, None)
        observed = partial(self._observed, work, requests, options)
        return await self._all().within(tx_id, act, observed)

    async def _observed(
        self,
        work: Work,
        requests: Sequence[Request],
        options: Options | None,
        transaction: Transaction | None,
    ) -> Any:
        store = self._store_for(requests, options)
        with self._observer.operation(requests, store.describe) as observed:
            observed.result = await work(store, transaction, observed.step)
            return observed.result

    def _store_for(self, requests: Sequence[Request], options: Options | None) -> Store:
        store = self.store
        return store if options is None else self._views.of(store, options, requests)

    # --- transactions ---

    async def start_transaction(self, *, content: str) -> TransactionId:
        """Begin; `content` is upstream's `{"timeout": ms, "max_wait": ms}`.

        Raises:
            prisma.errors.DataError: P2026, it asks for an `isolation_level`.
        """
        options = json.loads(content)
        if options.get("isolation_level") is not None:
            raise no_isolation_levels()
        return await self.begin(
            max_wait=timedelta(milliseconds=options["max_wait"]),
            timeout=timedelta(milliseconds=options["timeout"]),
        )

    async def begin(
        self,
        *,
        max_wait: timedelta,
        timeout: timedelta,
        options: Options | None = None,
        on_lost: OnLost | None = None,
    ) -> TransactionId:
        """Begin a transaction: within `max_wait`, and for `timeout` at most."""
        return await self._all().start(
            max_wait=max_wait.total_seconds(),
            timeout=timeout.total_seconds(),
            store=None if options is None else self._views.of(self.store, options, ()),
            on_lost=on_lost,
        )

    async def commit_transaction(self, tx_id: TransactionId) -> None:
        """Commit; the id is then unknown."""
        await self._all().commit(tx_id)

    async def rollback_transaction(self, tx_id: TransactionId) -> None:
        """Roll back; the id is then unknown."""
        await self._all().rollback(tx_id)

    def _all(self) -> Sessions:
        if self._sessions is None:
            raise NotConnectedError
        return self._sessions

    # --- metrics ---

    @overload
    async def metrics(
        self, *, format: Literal["json"], global_labels: dict[str, str] | None
    ) -> dict[str, Any]: ...

    @overload
    async def metrics(
        self, *, format: Literal["prometheus"], global_labels: dict[str, str] | None
    ) -> str: ...

    async def metrics(
        self, *, format: Literal["json", "prometheus"], global_labels: dict[str, str] | None
    ) -> str | dict[str, Any]:
        """What was done since connect, under Prisma's names."""
        metrics, pool = self._observer.metrics, self.store.pool
        if format == "prometheus":
            return metrics.as_prometheus(pool, global_labels)
        return metrics.as_json(pool, global_labels)
