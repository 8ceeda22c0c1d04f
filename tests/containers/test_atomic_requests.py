"""AtomicRequests: each request is one transaction, kept before its response starts."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse
from prisma.errors import TransactionExpiredError

from database import DatabaseService
from prismongo.containers.asgi import AtomicRequests, lifespan
from prismongo.containers.validation import ValidationError
from tests.containers.atomic_requests import (
    LONG,
    Database,
    Elsewhere,
    Root,
    Users,
    messages_of,
    names,
)
from tests.containers.serving import serving


async def test_services_of_a_request_are_kept_together(
    app: FastAPI, database: DatabaseService
) -> None:
    @app.post("/", status_code=201)
    async def create(users: Users, inside: Database) -> int:
        await users.create("ada")
        await users.create("alan")
        with database.detached():
            assert await database.user.count() == 0
        return await inside.user.count()

    async with serving(app) as client:
        answer = await client.post("/")
    assert (answer.status_code, answer.json()) == (201, 2)
    assert not database.is_transaction()
    assert await names(database) == ["ada", "alan"]


async def test_it_commits_before_the_response_starts(
    app: FastAPI, database: DatabaseService
) -> None:
    kept: list[list[str]] = []
    called: list[str] = []

    @app.post("/")
    async def create(users: Users) -> None:
        async def count() -> None:
            called.append(f"after {await database.user.count()}")

        database.after_commit(count)
        await users.create("ada")

    async def outermost(scope: Any, receive: Any, send: Any) -> None:
        async def watched(message: Any) -> None:
            kept.append([*called, *await names(database)])
            await send(message)

        await app(scope, receive, watched)

    await messages_of(app, outermost)
    assert kept == [["after 1", "ada"]] * 2


async def test_a_streaming_response_is_refused_with_the_reason(
    app: FastAPI, database: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    @app.post("/")
    async def stream(users: Users) -> StreamingResponse:
        await users.create("ada")

        async def parts() -> AsyncIterator[str]:
            while True:
                yield "part"

        return StreamingResponse(parts())

    async with serving(app) as client:
        answer = await client.post("/")
    assert (answer.status_code, answer.json()["code"]) == (501, "P2026")
    assert "A streaming response in a transaction" in answer.json()["detail"]
    assert "only" in answer.json()["detail"]
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    assert await names(database) == []


async def test_a_response_that_a_middleware_sends_in_parts_is_no_stream(
    indexed: None, database: DatabaseService
) -> None:
    app = FastAPI(lifespan=lifespan(Root(database=database)))

    @app.middleware("http")
    async def add_header(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["x-seen"] = "yes"
        return response

    app.add_middleware(AtomicRequests, database=Root.database, timeout=LONG)

    @app.post("/")
    async def create(users: Users) -> str:
        await users.create("ada")
        return "made"

    async with serving(app) as client:
        answer = await client.post("/")
    assert (answer.json(), answer.headers["x-seen"]) == ("made", "yes")
    assert await names(database) == ["ada"]


@pytest.mark.parametrize("extensions", [{}, {"websocket.http.response": {}}])
async def test_a_websocket_is_refused_with_the_reason(
    app: FastAPI, extensions: dict[str, Any]
) -> None:
    @app.websocket("/")
    async def listen(socket: WebSocket) -> None:
        pytest.fail("it was called")

    sent = await messages_of(app, app, type="websocket", first="connect", extensions=extensions)
    if extensions:
        assert [each["type"] for each in sent] == [
            "websocket.http.response.start",
            "websocket.http.response.body",
        ]
        assert sent[0]["status"] == 501
        assert b"A WebSocket in a transaction" in sent[1]["body"]
    else:
        (close,) = sent
        assert (close["type"], close["code"]) == ("websocket.close", 1011)
        assert close["reason"].startswith("A WebSocket in a transaction")
        assert len(close["reason"].encode()) <= 123


async def test_only_leaves_paths_out(indexed: None, database: DatabaseService) -> None:
    app = FastAPI(lifespan=lifespan(Root(database=database)))
    app.add_middleware(
        AtomicRequests,
        database=Root.database,
        only=lambda connection: connection.url.path.startswith("/api"),
    )

    @app.get("/api")
    async def inside() -> bool:
        return database.is_transaction()

    @app.get("/events")
    async def outside() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield str(database.is_transaction())

        return StreamingResponse(parts())

    async with serving(app) as client:
        assert (await client.get("/api")).json() is True
        assert (await client.get("/events")).text == "False"


async def test_two_of_them_are_one_block(app: FastAPI, database: DatabaseService) -> None:
    app.add_middleware(AtomicRequests, database=Root.database, timeout=LONG)

    @app.post("/")
    async def create(users: Users) -> None:
        await users.create("ada")
        raise HTTPException(400)

    async with serving(app) as client:
        await client.post("/")
    assert await names(database) == []


async def test_what_runs_after_the_response_is_told_that_the_block_is_over(
    app: FastAPI, database: DatabaseService
) -> None:
    told: list[object] = []

    @app.post("/")
    async def create(users: Users, background: BackgroundTasks) -> None:
        async def later() -> None:
            try:
                await users.create("late")
            except TransactionExpiredError as error:
                told.append(str(error))
            with database.detached():
                await users.create("detached")

        background.add_task(later)

    async with serving(app) as client:
        await client.post("/")
    assert len(told) == 1
    assert "of a block of `atomic` that is over" in str(told[0])
    assert await names(database) == ["detached"]


async def test_a_database_that_is_gone_is_answered_with_its_status(
    app: FastAPI, database: DatabaseService
) -> None:
    @app.post("/")
    async def create(users: Users) -> None:
        pytest.fail("it was called")

    async with serving(app) as client:
        await database.disconnect()
        answer = await client.post("/")
    assert (answer.status_code, answer.json()) == (
        503,
        {"detail": "Service Unavailable", "code": "P1001"},
    )


async def test_a_database_of_another_container_stops_the_start(database: DatabaseService) -> None:
    app = FastAPI(lifespan=lifespan(Root(database=database)))
    app.add_middleware(AtomicRequests, database=Elsewhere.database)
    with pytest.raises(ValidationError):
        async with serving(app):
            pass


# PyMongo leaves the socket to the garbage collector where a task is cancelled that opens one.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_hundred_concurrent_requests_half_of_them_cancelled(
    app: FastAPI, database: DatabaseService
) -> None:
    called: list[str] = []
    entered = 0

    @app.post("/{name}")
    async def create(name: str, users: Users, inside: Database) -> JSONResponse:
        nonlocal entered
        entered += 1
        inside.after_commit(lambda: called.append(name))
        await asyncio.gather(users.create(name), inside.community.create({"name": name}))
        return JSONResponse(name)

    async with serving(app) as client:
        tasks = [asyncio.ensure_future(client.post(f"/user{number:03}")) for number in range(100)]
        for number, task in enumerate(tasks):
            if number % 2:
                while not task.done() and entered < number:
                    await asyncio.sleep(0)
                task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [each for each in results if isinstance(each, BaseException)]
    assert all(isinstance(each, asyncio.CancelledError) for each in failed)
    assert len(failed) <= 50
    answers = [each for each in results if not isinstance(each, BaseException)]
    assert {each.status_code for each in answers} == {200}
    await database.disconnect()  # waits for commits whose requests were cancelled
    await database.connect()
    kept = await names(database)
    assert kept == sorted(each.name for each in await database.community.find_many())
    assert kept == sorted(called)
    assert set(kept) >= {each.json() for each in answers}
    gc.collect()
