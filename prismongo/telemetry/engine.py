"""The engine with telemetry: a span and a duration for each operation, around the usual engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from opentelemetry import trace

from prismongo import spans
from prismongo.engine.engine import MakeStore, MongoEngine
from prismongo.engine.sessions import TransactionId
from prismongo.engine.structured import METHODS
from prismongo.metrics import Place, Pool
from prismongo.query.decode.forms import WIRE, Form
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.options import Options
from prismongo.query.nodes.requests import Action, Request
from prismongo.query.plan.page import Position
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.store import Store
from prismongo.telemetry.instruments import SCOPE, instruments, scope_version
from prismongo.telemetry.spans import COLLECTION, Operation, RecordedSpans, Subject, carry

WITHOUT_ROWS: Final[frozenset[Action]] = frozenset(
    {"createMany", "updateMany", "deleteMany", "aggregate", "runCommandRaw"}
)
"""The actions that answer numbers, or what the server says."""

spans.CARRIED.append(carry)


class TracedEngine(MongoEngine):
    """Comes before the class of an engine in the method resolution order.

    Tracer and instruments are those of the providers that are set when it is made, at connect.
    """

    def __init__(
        self, datamodel: Datamodel, make_store: MakeStore, *args: Any, **named: Any
    ) -> None:
        self._instruments = instruments()
        super().__init__(datamodel, self._telling_of_waits(make_store), *args, **named)
        self._tracer = trace.get_tracer_provider().get_tracer(SCOPE, scope_version())
        self.spans = RecordedSpans(self._tracer, self._attributes)
        self._subjects: dict[tuple[str, str | None, bool], Subject] = {}
        self._read = self._pools
        self._instruments.watch(self._read)

    # --- operations ---

    async def execute(
        self,
        request: Request,
        *,
        tx_id: TransactionId | None,
        form: Form = WIRE,
        options: Options | None = None,
    ) -> Any:
        """What a request answers; a span."""
        with self._operation(self._subject(request)) as operation:
            answer = await super().execute(request, tx_id=tx_id, form=form, options=options)
            operation.returned(answer)
            return answer

    async def batch(
        self,
        request: Request,
        operation: FindPage,
        position: Position | None,
        tx_id: TransactionId | None,
        form: Form,
        options: Options | None,
    ) -> tuple[list[Any], Position | None]:
        """One batch of a stream; a span. The stream itself has none: it is the caller's loop."""
        with self._operation(self._subject(request)) as observed:
            answer = await super().batch(request, operation, position, tx_id, form, options)
            observed.returned(answer[0])
            return answer

    async def execute_batch(
        self,
        requests: Sequence[tuple[Request, Form]],
        *,
        tx_id: TransactionId | None,
        options: Options | None = None,
    ) -> list[Any]:
        """What several requests answer; a span."""
        subject = self._subject_of_batch([request for request, _ in requests])
        with self._operation(subject):
            return await super().execute_batch(requests, tx_id=tx_id, options=options)

    # --- what is said of them ---

    def _operation(self, subject: Subject) -> Operation:
        return Operation(self._tracer, self._instruments.duration, subject)

    def _subject(self, request: Request) -> Subject:
        """That of one request, made once for an action and a model."""
        key = _word(request), request.model, request.must_exist
        found = self._subjects.get(key)
        if found is None:
            may_miss = request.action in ("updateOne", "deleteOne") and not request.must_exist
            found = self._made(key[0], request.model)._replace(
                has_rows=request.action not in WITHOUT_ROWS, may_miss=may_miss
            )
            if self._store is not None and request.model in (*self.datamodel.model, None):
                self._subjects[key] = found
        return found

    def _subject_of_batch(self, requests: Sequence[Request]) -> Subject:
        """That of several requests, by the rules of the conventions for batches."""
        if len(requests) == 1:
            return self._made(_word(requests[0]), requests[0].model)
        words = {_word(request) for request in requests}
        models = {request.model for request in requests}
        word = f"BATCH {words.pop()}" if len(words) == 1 else "BATCH"
        made = self._made(word, models.pop() if len(models) == 1 else None)
        return made._replace(sizes={"db.operation.batch.size": len(requests)})

    def _made(self, word: str, name: str | None) -> Subject:
        attributes = self._attributes(name) | {"db.operation.name": word}
        target = attributes.get(COLLECTION, attributes.get("db.namespace"))
        called = word if target is None else f"{word} {target}"
        return Subject(called, attributes)

    def _attributes(self, name: str | None) -> dict[str, str | int]:
        """Those of the database, and of the collection of a model that the schema has."""
        model = None if name is None else self.datamodel.model.get(name)
        place = Place() if self._store is None else self._store.place
        known = {
            "db.system.name": "mongodb",
            "db.namespace": place.database,
            COLLECTION: None if model is None else model.db_name,
            "server.address": place.host,
            "server.port": place.port,
        }
        return {key: value for key, value in known.items() if value is not None}

    # --- connections ---

    def _telling_of_waits(self, make_store: MakeStore) -> MakeStore:
        def make(datamodel: Datamodel, url: str | None) -> Store:
            store = make_store(datamodel, url)
            store.on_wait = self._instruments.waited
            return store

        return make

    def _pools(self) -> Sequence[Pool]:
        store = self._store
        return () if store is None else store.pools


def _word(request: Request) -> str:
    """The client's word for what is asked: an aggregate that only counts is a count."""
    if request.action == "aggregate":
        counts = all(selection.name == "_count" for selection in request.selections)
        return "count" if counts else "aggregate"
    return METHODS[request.action]
