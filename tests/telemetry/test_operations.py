"""Spans of operations: names, attributes, what is above them; never a value."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from prisma.errors import DataError, PrismaError, RecordNotFoundError, UniqueViolationError
from prisma.models import User

from database import DatabaseService
from prismongo.url import url_database
from tests.client.working_together import Spy
from tests.records import NOBODY, user, wrong
from tests.telemetry.exporting import Exported

SECRET = "ada-of-the-secrets"


def place_of(database: DatabaseService, store: str) -> dict[str, Any]:
    """What every span says of the database."""
    if store == "memory":
        return {"db.system.name": "mongodb"}
    assert database.settings.url is not None
    (address,) = database.mongo.client.nodes
    return {
        "db.system.name": "mongodb",
        "db.namespace": url_database(database.settings.url.get_secret_value()),
        "server.address": address[0],
        "server.port": address[1],
    }


async def test_an_operation_is_one_span(
    database: DatabaseService, exported: Exported, store: str
) -> None:
    await database.user.create(user(SECRET))
    await database.user.find_many(include={"messages": True, "ownedCommunities": True})
    assert exported.tree == ["create User", "find_many User"]
    span = exported.one("find_many")
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "prismongo"
    assert span.instrumentation_scope.version
    assert exported.attributes("find_many") == {
        **place_of(database, store),
        "db.collection.name": "User",
        "db.operation.name": "find_many",
        "db.response.returned_rows": 1,
    }


async def test_the_words_are_those_of_the_client(
    database: DatabaseService, ada: User, exported: Exported
) -> None:
    where: Any = {"id": ada.id}
    await database.user.find_unique(where=where)
    await database.user.find_first()
    await database.user.count()
    await database.user.aggregate(sum={"storageQuota": True}, count=True)
    await database.user.group_by(["role"], count=True)
    await database.user.update(where=where, data={"bio": SECRET})
    await database.user.update_many(where={}, data={"bio": SECRET})
    await database.user.upsert(where=where, data={"create": user("ada"), "update": {"bio": SECRET}})
    await database.user.create_many([user("alan"), user("grace")])
    await database.user.delete(where=where)
    await database.user.delete(where=where)
    await database.user.delete_many()
    rows = [
        (span.name.removesuffix(" User"), (span.attributes or {}).get("db.response.returned_rows"))
        for span in exported.spans
    ]
    assert rows == [
        ("create", 1),
        ("find_unique", 1),
        ("find_first", 1),
        ("count", None),
        ("aggregate", None),
        ("group_by", 1),
        ("update", 1),
        ("update_many", None),
        ("upsert", 1),
        ("create_many", None),
        ("delete", 1),
        ("delete", 0),
        ("delete_many", None),
    ]


async def test_a_stream_is_a_span_for_each_batch(
    database: DatabaseService, exported: Exported
) -> None:
    await database.user.create_many([user(f"{number}") for number in range(5)])
    exported.clear()
    async for found in database.user.stream(batch=2):
        assert not get_current_span().get_span_context().is_valid, found
    rows = [(span.attributes or {})["db.response.returned_rows"] for span in exported.spans]
    assert exported.tree == ["find_many User"] * 3
    assert rows == [2, 2, 1]


async def test_a_batch_says_how_many_it_has(database: DatabaseService, exported: Exported) -> None:
    async with database.batch_() as batch:
        batch.user.create(user("ada"))
        batch.user.create(user("alan"))
    async with database.batch_() as batch:
        batch.user.create(user("grace"))
        batch.community.delete_many()
    async with database.batch_() as batch:
        batch.user.delete_many()
    assert [span.name.partition(" test_")[0] for span in exported.spans] == [
        "BATCH create User",
        "BATCH",
        "delete_many User",
    ]
    sizes = [(span.attributes or {}).get("db.operation.batch.size") for span in exported.spans]
    assert sizes == [2, 2, None]


async def test_raw_operations_are_spans(
    database: DatabaseService, exported: Exported, store: str
) -> None:
    async def ask(work: Any) -> None:
        if store == "memory":  # it refuses them
            with pytest.raises(DataError):
                await work
        else:
            await work

    await ask(database.find_raw(User, {"username": SECRET}))
    await ask(database.user.aggregate_raw([{"$match": {"username": SECRET}}]))
    await ask(database.run_command_raw({"count": "User", "query": {"username": SECRET}}))
    name = place_of(database, store).get("db.namespace")
    command = "run_command_raw" if name is None else f"run_command_raw {name}"
    assert exported.tree == ["find_raw User", "aggregate_raw User", command]
    assert "db.collection.name" not in exported.attributes("run_command_raw")
    if store == "memory":
        assert exported.attributes("find_raw")["error.type"] == "P2026"
    else:
        assert exported.attributes("find_raw")["db.response.returned_rows"] == 0


# --- errors ---


async def test_an_error_is_said_by_its_codes(
    database: DatabaseService, exported: Exported, store: str
) -> None:
    await database.user.create(user(SECRET))
    exported.clear()
    with pytest.raises(UniqueViolationError):
        await database.user.create(user(SECRET))
    with pytest.raises(RecordNotFoundError):
        await database.user.find_unique_or_raise(where={"id": NOBODY})
    with pytest.raises(PrismaError):
        await database.user.find_many(where=wrong({"username": {"sounds": SECRET}}))
    kinds = [(span.attributes or {})["error.type"] for span in exported.spans]
    assert kinds == ["P2002", "P2025", "P2009"]
    assert {span.status.status_code for span in exported.spans} == {StatusCode.ERROR}
    server = exported.attributes("create").get("db.response.status_code")
    assert server == (None if store == "memory" else "11000")
    assert all(not span.events and not span.status.description for span in exported.spans)


async def test_a_record_that_is_not_there_is_no_error_and_a_related_one_is(
    database: DatabaseService, exported: Exported
) -> None:
    assert await database.user.update(where={"id": NOBODY}, data={"bio": "-"}) is None
    ada = await database.user.create(user("ada"))
    related: Any = {
        "ownedCommunities": {"update": {"where": {"id": NOBODY}, "data": {"name": "-"}}}
    }
    with pytest.raises(RecordNotFoundError):
        await database.user.update(where={"id": ada.id}, data=related)
    missing, _, nested = exported.spans
    assert missing.status.status_code is StatusCode.UNSET
    assert (missing.attributes or {})["db.response.returned_rows"] == 0
    assert (nested.attributes or {})["error.type"] == "P2025"


@pytest.mark.parametrize(
    "method", ["find_unique_or_raise", "find_first_or_raise", "update_or_raise", "delete_or_raise"]
)
async def test_a_record_that_must_be_there_is_an_error(
    database: DatabaseService, exported: Exported, method: str
) -> None:
    """Also after one that need not be there, of the same model."""
    arguments: Any = {"where": {"id": NOBODY}}
    if method == "update_or_raise":
        arguments["data"] = {"bio": "-"}
    assert await getattr(database.user, method.removesuffix("_or_raise"))(**arguments) is None
    for _ in range(2):
        with pytest.raises(RecordNotFoundError):
            await getattr(database.user, method)(**arguments)
    missing, *errors = exported.spans
    assert missing.status.status_code is StatusCode.UNSET
    assert len(errors) == 2
    for span in errors:
        assert span.status.status_code is StatusCode.ERROR
        assert (span.attributes or {})["error.type"] == "P2025"
        assert "db.response.returned_rows" not in (span.attributes or {})
    *_, told = sorted(
        exported.points("db.client.operation.duration"), key=lambda point: len(point.attributes)
    )
    assert (told.attributes["error.type"], told.count) == ("P2025", 2)


async def test_an_upsert_that_gives_up_has_the_error_of_the_server(
    database: DatabaseService, exported: Exported, store: str
) -> None:
    """It begins again as long as another one may have been faster; here the email is taken."""
    await database.user.create({**user("ada"), "email": SECRET})
    exported.clear()
    grace: Any = {**user("grace"), "email": SECRET, "messages": {"create": [{"content": "x"}]}}
    with pytest.raises(UniqueViolationError) as caught:
        await database.user.upsert(
            where={"username": "grace"}, data={"create": grace, "update": {}}
        )
    assert SECRET not in f"{caught.value}{caught.value.meta}"
    said = exported.attributes("upsert")
    assert said["error.type"] == "P2002"
    assert said.get("db.response.status_code") == (None if store == "memory" else "11000")
    assert (caught.value.__cause__ is None) == (store == "memory")


async def test_many_that_are_refused_have_the_code_of_the_first(
    database: DatabaseService, exported: Exported, store: str
) -> None:
    with pytest.raises(UniqueViolationError):
        await database.user.create_many([user(SECRET), user(SECRET)])
    said = exported.attributes("create_many")
    assert said["error.type"] == "P2002"
    assert said.get("db.response.status_code") == (None if store == "memory" else "11000")


async def failing(database: DatabaseService, error: Exception) -> None:
    """A block that reads and fails."""
    async with database.atomic():
        await database.user.find_first(where={"username": SECRET})
        raise error


async def test_no_span_and_no_metric_has_a_value(
    database: DatabaseService, exported: Exported
) -> None:
    await database.user.create(user(SECRET))
    with pytest.raises(UniqueViolationError):
        await database.user.create(user(SECRET))
    with pytest.raises(ValueError, match=SECRET):
        await failing(database, ValueError(SECRET))
    with pytest.raises(PrismaError):
        await database.user.find_many(where=wrong({SECRET: 1}))
    told = [span.to_json() for span in exported.spans]
    told += map(str, exported.points("db.client.operation.duration"))
    assert len(exported.spans) == 5
    assert SECRET not in "".join(told)


async def test_a_cancelled_operation_says_so(
    database: DatabaseService, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def hold(step: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    Spy(database, monkeypatch).entered = hold
    reading = asyncio.create_task(database.user.find_many())
    await begun.wait()
    assert exported.tree == []
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert exported.attributes("find_many")["error.type"] == "CancelledError"
    assert exported.one("find_many").status.status_code is StatusCode.ERROR


# --- what is above ---


async def test_concurrent_tasks_keep_what_is_above_them(
    database: DatabaseService, exported: Exported
) -> None:
    async def request(name: str) -> None:
        with exported.tracer.start_as_current_span(name):
            for _ in range(3):
                await database.user.find_first()
                await asyncio.sleep(0)

    await asyncio.gather(*(request(f"request {number}") for number in range(10)))
    below = {span.context.span_id: span.name for span in exported.spans if span.parent is None}
    assert len(below) == 10
    parents = [below[span.parent.span_id] for span in exported.spans if span.parent is not None]
    assert sorted(parents) == sorted([*below.values()] * 3)


async def test_nothing_stays_current(database: DatabaseService, exported: Exported) -> None:
    with exported.tracer.start_as_current_span("request") as request:
        await database.user.find_first()
        assert get_current_span() is request
        with pytest.raises(DataError):
            await database.user.find_first(where=wrong({"name": 1}))
        assert get_current_span() is request
    assert not get_current_span().get_span_context().is_valid


@pytest.mark.mongo_only("the driver's commands")
async def test_spans_of_the_driver_are_below(
    driver_spans: None, database: DatabaseService, ada: User, exported: Exported
) -> None:
    exported.clear()
    await database.user.find_many(include={"ownedCommunities": True})
    await database.user.update(
        where={"id": ada.id},
        data={"bio": "-", "ownedCommunities": {"create": [{"name": "engines"}]}},
    )
    assert exported.tree[:3] == ["find_many User", ".pymongo find", ".pymongo find"]
    assert exported.tree[3] == "update User"
    assert exported.tree[-1] == ".pymongo commitTransaction"


@pytest.mark.mongo_only("the driver's commands")
async def test_a_rollback_of_an_operation_is_below_it(
    driver_spans: None, database: DatabaseService, exported: Exported
) -> None:
    await database.user.create(user("ada"))
    exported.clear()
    with pytest.raises(UniqueViolationError):
        await database.community.create({"name": "engines", "owner": {"create": user("ada")}})
    assert exported.tree[0] == "create Community"
    assert exported.tree[-1] == ".pymongo abortTransaction"
    assert all(name.startswith(".") for name in exported.tree[1:])
