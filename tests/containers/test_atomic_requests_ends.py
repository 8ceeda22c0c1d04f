"""AtomicRequests: how a request ends tells whether it is kept, and what is answered."""

from __future__ import annotations

from contextlib import suppress

import pytest
from fastapi import BackgroundTasks, FastAPI, HTTPException, Response
from prisma.errors import DataError
from prisma.models import User

from database import DatabaseService
from prismongo.containers.asgi import AtomicRequests, answer_errors, lifespan
from tests.containers.atomic_requests import (
    LONG,
    Root,
    Users,
    messages_of,
    names,
)
from tests.containers.serving import serving
from tests.records import NOBODY, user


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (HTTPException(418), 418),
        (HTTPException(500), 500),
        (KeyError("x"), 422),
        (RuntimeError("x"), 500),
        (None, 400),
    ],
)
async def test_an_error_or_a_status_of_400_and_above_rolls_back(
    app: FastAPI, database: DatabaseService, raised: Exception | None, status: int
) -> None:
    called: list[str] = []

    @app.post("/")
    async def create(users: Users, response: Response) -> None:
        database.after_commit(lambda: called.append("never"))
        await users.create("ada")
        if raised is not None:
            raise raised
        response.status_code = 400

    async with serving(app) as client:
        answer = await client.post("/")
    assert answer.status_code == status
    assert await names(database) == []
    assert called == []
    await database.user.create(user("ada"))  # nobody holds a lock


async def test_an_error_of_the_database_is_answered_with_its_status(
    app: FastAPI, database: DatabaseService
) -> None:
    @app.post("/")
    async def create(users: Users) -> None:
        await users.create("ada")
        await users.database.user.find_unique_or_raise({"id": NOBODY})

    async with serving(app) as client:
        answer = await client.post("/")
    assert (answer.status_code, answer.json()["code"]) == (404, "P2025")
    assert await names(database) == []


async def test_a_redirect_and_an_empty_response_are_kept(
    app: FastAPI, database: DatabaseService
) -> None:
    @app.post("/{status}")
    async def create(status: int, users: Users) -> Response:
        await users.create(f"user {status}")
        return Response(status_code=status)

    async with serving(app) as client:
        for status in (204, 303, 304):
            assert (await client.post(f"/{status}")).status_code == status
    assert await names(database) == ["user 204", "user 303", "user 304"]


async def test_a_commit_that_fails_is_answered_with_the_errors_status(
    app: FastAPI, database: DatabaseService, ada: User
) -> None:
    called: list[str] = []

    @app.post("/")
    async def create(users: Users) -> None:
        database.after_commit(lambda: called.append("never"))
        await users.create("alan")
        with database.detached():
            await database.user.update(where={"id": ada.id}, data={"bio": "first"})
        with pytest.raises(DataError, match="write conflict"):
            await database.user.update(where={"id": ada.id}, data={"bio": "second"})

    async with serving(app) as client:
        answer = await client.post("/")
    assert (answer.status_code, answer.json()["code"]) == (409, "P2034")
    assert await names(database) == ["ada"]
    assert called == []


async def test_statuses_of_answer_errors_count_for_the_commit_too(
    indexed: None, database: DatabaseService
) -> None:
    app = FastAPI(lifespan=lifespan(Root(database=database)))
    answer_errors(app, {"P2028": 418})
    app.add_middleware(AtomicRequests, database=Root.database, timeout=LONG)

    @app.post("/")
    async def create(users: Users) -> None:
        await users.create("ada")
        with suppress(KeyError):
            async with database.atomic():
                raise KeyError

    async with serving(app) as client:
        answer = await client.post("/")
    assert (answer.status_code, answer.json()["code"]) == (418, "P2028")
    assert await names(database) == []


async def test_an_error_after_a_commit_that_failed_is_not_lost(
    app: FastAPI, database: DatabaseService
) -> None:
    @app.post("/")
    async def create(background: BackgroundTasks) -> None:
        async def later() -> None:
            raise LookupError("after the response")

        background.add_task(later)
        with suppress(KeyError):
            async with database.atomic():
                raise KeyError

    with pytest.raises(LookupError, match="after the response"):
        await messages_of(app, app)
