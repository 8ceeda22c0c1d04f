"""A hundred requests at once, half of them cancelled: each has spans of its own, and all end."""

from __future__ import annotations

import asyncio
import gc
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, NamedTuple

import pytest
from dependency_injector import providers
from fastapi import Depends, FastAPI
from opentelemetry.propagate import inject
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import get_current_span

from database import DatabaseService
from prismongo.client import callbacks
from prismongo.containers.asgi import AtomicRequests, lifespan, provided
from prismongo.containers.base import Container
from tests.client.working_together import LONG, Communities, Users
from tests.containers.serving import serving
from tests.records import user
from tests.telemetry.exporting import Exported
from tests.waiting import until

REQUESTS: Final = 100
STAGES: Final = 10
"""A request is cancelled before it has begun so many spans; some are over by then."""
ATTEMPTS: Final = "prismongo.transaction.attempts"

# PyMongo leaves the socket to the garbage collector where a task is cancelled that opens one.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


class Root(Container):
    """A database."""

    database = providers.Dependency(instance_of=DatabaseService)


Database = Annotated[DatabaseService, Depends(provided(Root.database))]


class Seen(NamedTuple):
    """What the requests have become.

    Attributes:
        cancelled: the names of the requests that were cancelled.
        traces: the spans of each request by its name, in the order in which they began.
        written: the trace and the values of each step that reached the store.
    """

    cancelled: set[str]
    traces: dict[str, list[ReadableSpan]]
    written: list[tuple[int, str]]


@pytest.fixture
def written(database: DatabaseService, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """The steps that reach the store: the trace that is current there, and the step."""
    kind: Any = type(database._mongo_engine.store)
    execute, seen = kind.execute, list[tuple[int, str]]()

    async def spied(store: Any, step: Any, transaction: Any) -> Any:
        seen.append((get_current_span().get_span_context().trace_id, repr(step)))
        return await execute(store, step, transaction)

    monkeypatch.setattr(kind, "execute", spied)
    return seen


async def asked(
    request: Callable[[str], Awaitable[object]],
    database: DatabaseService,
    exported: Exported,
    written: list[tuple[int, str]],
) -> Seen:
    """Make the requests at once, each in a span of its name; cancel half of them on their way."""
    traces: dict[str, int] = {}

    async def observed(name: str) -> None:
        with exported.tracer.start_as_current_span(name, record_exception=False) as span:
            traces[name] = span.get_span_context().trace_id
            await request(name)

    names = [f"request {number:03}" for number in range(REQUESTS)]
    tasks = {name: asyncio.ensure_future(observed(name)) for name in names}
    await until(lambda: len(traces) == REQUESTS)
    stages = {name: number % STAGES for number, name in enumerate(names[1::2])}
    while stages:
        for name, stage in tuple(stages.items()):
            if exported.begun(traces[name]) >= stage or tasks[name].done():
                tasks[name].cancel()
                del stages[name]
        await asyncio.sleep(0)
    await asyncio.wait(tasks.values())
    cancelled = {name for name, task in tasks.items() if task.cancelled()}
    for name in set(names) - cancelled:
        tasks[name].result()
    assert cancelled <= set(names[1::2])
    await until(lambda: not callbacks._RUNNING)  # commits whose requests were cancelled
    await database.disconnect()
    assert exported.unfinished == []
    gc.collect()
    return Seen(cancelled, by_request(exported), written)


def by_request(exported: Exported) -> dict[str, list[ReadableSpan]]:
    """The spans of each request; every span belongs to one."""
    traces = defaultdict[int, list[ReadableSpan]](list)
    for span in exported.spans:
        traces[span.context.trace_id].append(span)
    roots = {trace: [span for span in spans if not span.parent] for trace, spans in traces.items()}
    assert {len(each) for each in roots.values()} == {1}
    return {roots[trace][0].name: spans for trace, spans in traces.items()}


def conflicts(span: ReadableSpan) -> int:
    """How many attempts were lost: each is an event, of which a span keeps 128."""
    return len(span.events) + span.dropped_events


def paths(spans: list[ReadableSpan]) -> list[str]:
    """The names of our spans, each behind those of ours above it."""
    known = {span.context.span_id: span for span in spans}

    def path(span: ReadableSpan) -> list[str]:
        above = path(known[span.parent.span_id]) if span.parent else []
        name = "BATCH create" if span.name.startswith("BATCH create") else span.name
        return [*above, name] if is_ours(span) else above

    return ["/".join(path(span)) for span in spans if is_ours(span)]


def is_ours(span: ReadableSpan) -> bool:
    """Whether it is not FastAPI's, and not the test's own."""
    return span.instrumentation_scope is not None and span.instrumentation_scope.name == "prismongo"


def error_type(span: ReadableSpan) -> object:
    return (span.attributes or {}).get("error.type")


def check(seen: Seen, whole: list[str]) -> None:
    """Every request has its own spans: all of them, or those until it was cancelled.

    Args:
        seen: what the requests have become.
        whole: the paths of a request that was not cancelled, sorted.
    """
    assert len(seen.traces) == REQUESTS
    for name, spans in seen.traces.items():
        if name in seen.cancelled:
            assert set(paths(spans)) <= set(whole)
            check_marks(spans)
        else:
            assert sorted(paths(spans)) == whole
            assert {error_type(span) for span in spans} == {None}
    check_steps(seen)


def check_marks(spans: list[ReadableSpan]) -> None:
    """What was running when its request was cancelled says so, and so does all above it."""
    known = {span.context.span_id: span for span in spans}
    ours = list(filter(is_ours, spans))
    assert {error_type(span) for span in ours} <= {None, "CancelledError"}
    for span in ours:
        if span.parent and error_type(span) and is_ours(above := known[span.parent.span_id]):
            assert error_type(above) == "CancelledError"


def check_steps(seen: Seen) -> None:
    """What reached the store was of the request whose span was current."""
    requests = {spans[0].context.trace_id: name for name, spans in seen.traces.items()}
    named = [
        (requests[trace], name)
        for trace, step in seen.written
        for name in requests.values()
        if f"{name}'" in step
    ]
    assert len(named) >= REQUESTS // 2
    assert [pair for pair in named if pair[0] != pair[1]] == []


async def test_blocks_and_what_follows_them(
    database: DatabaseService, exported: Exported, written: list[tuple[int, str]]
) -> None:
    users, communities = Users(database), Communities(database)

    async def request(name: str) -> None:
        async with database.atomic(timeout=LONG, max_wait=LONG):
            owner = await users.create(name)
            database.after_commit(lambda: database.user.count(where={"username": name}))
            await communities.found(name, owner)
            await asyncio.gather(database.user.count(), database.channel.count())

    seen = await asked(request, database, exported, written)
    below = ["count Channel", "count User", "count User", "create Community", "create User"]
    whole = ["transaction", *(f"transaction/{each}" for each in (*below, "update User"))]
    check(seen, sorted(whole))
    for name in seen.cancelled & seen.traces.keys():
        transactions = [each for each in seen.traces[name] if each.name == "transaction"]
        assert {error_type(each) for each in transactions} <= {"CancelledError"}


async def test_attempts_at_one_record(
    database: DatabaseService, exported: Exported, written: list[tuple[int, str]]
) -> None:
    """Those that wait for their turn go on in their own spans, with the attempts of their own."""
    ada = await database.user.create(user("ada"))
    written.clear()
    exported.clear()

    async def request(name: str) -> None:
        async def change() -> None:
            await database.user.find_unique_or_raise(where={"id": ada.id})
            await database.user.update(where={"id": ada.id}, data={"bio": name})

        await database.atomic.run(change, timeout=LONG, max_wait=LONG, conflict_timeout=LONG)

    seen = await asked(request, database, exported, written)
    lost = 0
    for name, spans in seen.traces.items():
        above = [span for span in spans if span.name == "transaction"]
        reads = paths(spans).count("transaction/find_unique_or_raise User")
        updates = paths(spans).count("transaction/update User")
        assert len(above) + reads + updates == len(paths(spans))
        lost += sum(conflicts(span) for span in above)
        for span in above:
            attempts = (span.attributes or {})[ATTEMPTS]
            assert attempts == conflicts(span) + 1
            if name in seen.cancelled:
                assert attempts >= reads >= updates
                assert error_type(span) == "CancelledError"
            else:
                assert attempts == reads >= updates
                assert error_type(span) is None
    assert lost
    check_steps(seen)


async def test_requests_that_are_blocks(
    database: DatabaseService, exported: Exported, written: list[tuple[int, str]]
) -> None:
    app = FastAPI(lifespan=lifespan(Root(database=database)))
    app.add_middleware(AtomicRequests, database=Root.database, timeout=LONG, max_wait=LONG)

    @app.post("/{name}")
    async def create(name: str, inside: Database) -> str:
        await asyncio.gather(
            inside.user.create(user(name)), inside.community.create({"name": name})
        )
        inside.after_commit(lambda: inside.user.count())
        return name

    async with serving(app) as client:

        async def request(name: str) -> None:
            headers: dict[str, str] = {}
            inject(headers)
            assert (await client.post(f"/{name}", headers=headers)).status_code == 200

        seen = await asked(request, database, exported, written)
    below = ["count User", "create Community", "create User"]
    check(seen, ["transaction", *(f"transaction/{each}" for each in below)])


async def test_views_and_batches(
    database: DatabaseService, exported: Exported, written: list[tuple[int, str]]
) -> None:
    async def request(name: str) -> None:
        view = database.with_options(comment=name, timeout=LONG)
        await view.user.create(user(name))
        async with view.batch_() as batch:
            batch.community.create({"name": name})
            batch.instanceinvite.create({"code": name})
        await asyncio.gather(*(view.user.find_many(where={"username": name}) for _ in range(3)))

    seen = await asked(request, database, exported, written)
    check(seen, ["BATCH create", "create User", *["find_many User"] * 3])


async def test_a_block_has_the_error_of_its_endpoint(
    database: DatabaseService, exported: Exported
) -> None:
    app = FastAPI(lifespan=lifespan(Root(database=database)))
    app.add_middleware(AtomicRequests, database=Root.database)

    @app.post("/")
    async def fail(inside: Database) -> None:
        await inside.user.create(user("ada"))
        raise ZeroDivisionError

    async with serving(app) as client:
        assert (await client.post("/")).status_code == 500
    assert exported.attributes("transaction")["error.type"] == "ZeroDivisionError"
    assert await database.user.count() == 0
