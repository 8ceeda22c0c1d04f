"""One span for each change that a consumer handles."""

from __future__ import annotations

import asyncio

import pytest
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from prisma.models import User

from database import DatabaseService
from prismongo.changes import Change, Changes, Checkpoint
from tests.records import user
from tests.telemetry.exporting import Exported


async def taken(changes: Changes[User]) -> Change[User]:
    """The next change."""
    return await anext(changes)


def is_quiet() -> bool:
    """Whether no span is current."""
    return not get_current_span().get_span_context().is_valid


async def test_the_body_of_the_loop_is_below(database: DatabaseService, exported: Exported) -> None:
    async with database.watch(User) as changes:
        await database.user.create_many([user("ada"), user("alan")])
        exported.clear()
        left = 2
        async for change in changes:
            await database.user.find_unique(where={"id": change.id})
            left -= 1
            if not left:
                break
        assert not is_quiet()  # the last one is not handled before the block is left
    assert is_quiet()
    await database.user.count()
    assert exported.tree == [
        "handle User",
        ".find_unique User",
        "handle User",
        ".find_unique User",
        "count User",
    ]
    span = exported.spans[0]
    said = dict(span.attributes or {})
    assert span.kind is SpanKind.CONSUMER
    assert span.status.status_code is StatusCode.UNSET
    assert said["db.collection.name"] == "User"
    assert said["db.operation.name"] == "handle"
    assert said["prismongo.change.operation"] == "insert"


async def test_handled_ends_it_once(
    database: DatabaseService, exported: Exported, caplog: pytest.LogCaptureFixture
) -> None:
    changes = database.watch(User, checkpoint=Checkpoint(database, "telemetry"))
    async with changes:
        await database.user.create(user("ada"))
        exported.clear()
        await anext(changes)
        assert not is_quiet()
        await changes.handled()
        assert is_quiet()
        await changes.handled()
    assert exported.tree == ["handle User"]
    assert caplog.records == []  # OpenTelemetry warns of what is ended twice


async def test_an_error_of_the_body_is_its_error(
    database: DatabaseService, exported: Exported
) -> None:
    async def consume() -> None:
        async with database.watch(User) as changes:
            await database.user.create(user("ada"))
            async for _ in changes:
                raise ValueError("of the body")

    with pytest.raises(ValueError, match="of the body"):
        await consume()
    assert exported.attributes("handle")["error.type"] == "ValueError"
    assert is_quiet()


async def test_a_disconnect_ends_it(database: DatabaseService, exported: Exported) -> None:
    async with database.watch(User) as changes:
        await database.user.create(user("ada"))
        async for _ in changes:
            await database.disconnect()
        assert is_quiet()
    assert exported.one("handle").status.status_code is StatusCode.UNSET


async def test_a_change_that_is_awaited_in_another_task_leaves_the_context_alone(
    database: DatabaseService, exported: Exported
) -> None:
    async with database.watch(User) as changes:
        await database.user.create(user("ada"))
        await asyncio.create_task(taken(changes))
        assert is_quiet()
    assert exported.tree == ["create User", "handle User"]


async def test_a_consumer_in_a_request_is_below_it(
    database: DatabaseService, exported: Exported
) -> None:
    with exported.tracer.start_as_current_span("socket") as socket:
        async with database.watch(User) as changes:
            await database.user.create(user("ada"))
            await anext(changes)
        assert get_current_span() is socket
    assert exported.tree == ["socket", ".create User", ".handle User"]


@pytest.mark.mongo_only("the driver's commands")
async def test_the_task_that_reads_the_stream_is_below_nothing(
    driver_spans: None, database: DatabaseService, exported: Exported
) -> None:
    with exported.tracer.start_as_current_span("request"):
        async with database.watch(User) as changes:
            await database.user.create(user("ada"))
            await anext(changes)
    parents = {
        span.name: span.parent for span in exported.spans if span.name == "pymongo aggregate"
    }
    assert parents == {"pymongo aggregate": None}
    assert "pymongo getMore" in exported.tree
