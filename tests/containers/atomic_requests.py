"""An application whose requests are blocks, and its services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import pytest
from dependency_injector import providers
from fastapi import Depends, FastAPI

from database import DatabaseService
from prismongo.containers.asgi import AtomicRequests, answer_errors, lifespan, provided
from prismongo.containers.base import Container
from prismongo.schema import parse, push
from tests.project import SCHEMA
from tests.records import user

LONG: Final = 600


class UserService:
    """A service that knows nothing of requests."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def create(self, name: str) -> None:
        await self.database.user.create(user(name))


class Root(Container):
    """A database and two services."""

    database = providers.Dependency(instance_of=DatabaseService)
    users = providers.Factory(UserService, database=database)


class Elsewhere(Container):
    """A container that is not served."""

    database = providers.Dependency(instance_of=DatabaseService)


Users = Annotated[UserService, Depends(provided(Root.users))]
Database = Annotated[DatabaseService, Depends(provided(Root.database))]


@pytest.fixture
async def indexed(store: str, request: pytest.FixtureRequest) -> None:
    """One transaction alone can create a collection."""
    if store == "mongo":
        await push(parse(SCHEMA.read_text()), request.getfixturevalue("mongo_url"))


@pytest.fixture
def app(indexed: None, database: DatabaseService) -> FastAPI:
    """An application whose requests are blocks."""
    made = FastAPI(lifespan=lifespan(Root(database=database)))
    answer_errors(made, {KeyError: 422})
    made.add_middleware(AtomicRequests, database=Root.database, timeout=LONG, max_wait=LONG)
    return made


async def names(database: DatabaseService) -> list[str]:
    return sorted(each.username for each in await database.user.find_many())


async def messages_of(
    app: FastAPI, served: Callable[[Any, Any, Any], Awaitable[None]], **scope: Any
) -> list[Any]:
    """The messages that an ASGI application sends for a request to `/`."""
    sent: list[Any] = []
    received = iter([{"type": f"{scope.get('type', 'http')}.{scope.pop('first', 'request')}"}])

    async def receive() -> Any:
        return next(received)

    async def send(message: Any) -> None:
        sent.append(message)

    asked = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    async with app.router.lifespan_context(app) as state:
        await served({**asked, **scope, "state": dict(state or {})}, receive, send)
    return sent
