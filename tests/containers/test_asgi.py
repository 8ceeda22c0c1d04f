"""What prismongo.containers.asgi refuses at start, tells a stranger, and leaves to the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from dependency_injector import providers
from dependency_injector.wiring import Provide
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from starlette.routing import Mount

from containers import ApplicationContainer
from containers.users import UserService
from database import DatabaseService, DatabaseSettings
from docs.examples.chat_api import create_app
from prismongo.containers import error_responses
from prismongo.containers.asgi import answer_errors, health, in_transaction, lifespan, provided
from prismongo.containers.base import Container
from prismongo.containers.validation import ValidationError
from prismongo.errors import ConfigurationError, ConnectionError, data_error
from tests.application import Calls, made
from tests.containers.serving import serving
from tests.records import user

Transaction = Annotated[
    DatabaseService,
    Depends(in_transaction(ApplicationContainer.database.service), scope="function"),
]


class Elsewhere(Container):
    """A container that is not served."""

    database = providers.Dependency(instance_of=DatabaseService)
    users = providers.Factory(UserService)


@pytest.mark.parametrize(
    "dependency",
    [
        provided(Elsewhere.users),
        in_transaction(Elsewhere.database),
        Provide["users.service"],
        lambda users=Provide["users.service"]: users,
    ],
)
async def test_an_endpoint_that_would_get_nothing_usable_stops_the_start(
    application: ApplicationContainer, calls: Calls, dependency: Any
) -> None:
    app, router = FastAPI(lifespan=lifespan(application)), APIRouter()

    @router.get("/")
    async def find(given: Any = Depends(dependency)) -> None: ...  # noqa: B008  FastAPI's form

    app.include_router(router)
    with pytest.raises(ValidationError):
        async with serving(app):
            pass
    assert calls.connects == 0


async def test_a_mounted_application_has_the_container_of_the_outer_one(
    application: ApplicationContainer,
) -> None:
    inner = FastAPI()
    inner.add_route("/health", health(ApplicationContainer.database.service))
    app = FastAPI(lifespan=lifespan(application))
    app.router.routes.append(Mount("/inner", inner))
    async with app.router.lifespan_context(app) as state:
        answer = await _get(app, "/inner/health", state)
    assert answer == 200


async def _get(app: FastAPI, path: str, state: Any) -> int:
    """The status of a request that comes with the state of the lifespan, as under a server."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app({**scope, "state": dict(state)}, receive, send)
    status: int = sent[0]["status"]
    return status


async def test_health_tells_a_stranger_nothing_of_where_the_server_is(
    application: ApplicationContainer,
) -> None:
    app = FastAPI(lifespan=lifespan(application))
    app.add_route("/health", health(ApplicationContainer.database.service))
    async with serving(app) as client:
        told = (await client.get("/health")).json()
    assert sorted(told) == ["client", "error", "latency_ms", "status", "topology"]


async def test_in_transaction_commits_what_an_endpoint_returns_and_rolls_back_what_it_raises(
    settings_pushed: DatabaseSettings,
) -> None:
    app = FastAPI(lifespan=lifespan(made(settings_pushed)))
    answer_errors(app)

    @app.post("/{name}")
    async def create(name: str, fails: bool, tx: Transaction) -> int:
        await tx.user.create(user(name))
        if fails:
            raise HTTPException(400)
        return await tx.user.count()

    async with serving(app) as client:
        assert (await client.post("/ada?fails=true")).status_code == 400
        assert (await client.post("/ada?fails=false")).json() == 1


async def test_the_example_joins_and_greets_together(
    settings_pushed: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    application = made(settings_pushed)
    async with serving(create_app(application)) as client:
        ada, alan = [
            (await client.post("/users", json={"username": name, "password": "x"})).json()["id"]
            for name in ("ada", "alan")
        ]
        founded = await client.post("/communities", json={"name": "engines", "owner_id": ada})
        path = f"/communities/{founded.json()['id']}/members/{alan}"
        with caplog.at_level(logging.INFO, logger="docs.examples.chat_api"):
            greeted, again = await client.put(path), await client.put(path)
        assert (greeted.status_code, again.status_code) == (201, 409)
        assert await application.database.service().message.count() == 1
    joined = [each for each in caplog.records if each.name == "docs.examples.chat_api"]
    assert len(joined) == 1


async def test_an_application_without_the_lifespan_is_said_to_lack_it() -> None:
    app = FastAPI()
    answer_errors(app)

    @app.get("/")
    async def find(
        users: Annotated[UserService, Depends(provided(ApplicationContainer.users.service))],
    ) -> None: ...

    async with serving(app) as client:
        assert (await client.get("/")).status_code == 503


async def test_overrides_of_the_container_reach_the_endpoints(
    application: ApplicationContainer, settings: DatabaseSettings
) -> None:
    app = FastAPI(lifespan=lifespan(application))
    seen: list[DatabaseService] = []

    @app.get("/")
    async def find(
        users: Annotated[UserService, Depends(provided(ApplicationContainer.users.service))],
    ) -> None:
        seen.append(users.database)

    async with DatabaseService(settings) as stub:
        with application.database.service.override(stub):
            async with serving(app) as client:
                await client.get("/")
        assert seen == [stub]


async def answered(
    fails: Callable[[], Awaitable[Any]], caplog: pytest.LogCaptureFixture
) -> tuple[tuple[int, Any], logging.LogRecord]:
    """The response to what an endpoint raises, and the only record of it."""
    app = FastAPI()
    answer_errors(app)
    app.get("/")(fails)
    with caplog.at_level(logging.WARNING, logger="prismongo.containers"):
        async with serving(app) as client:
            answer = await client.get("/")
    (record,) = caplog.records
    return (answer.status_code, answer.json()), record


async def test_what_is_not_the_callers_doing_is_for_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails() -> None:
        raise ConnectionError("No server at db.internal:27017.", code="P1001")

    answer, record = await answered(fails, caplog)
    assert answer == (503, {"detail": "Service Unavailable", "code": "P1001"})
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "GET / failed")
    assert record.exc_info is not None


async def test_refused_arguments_are_for_the_log(
    database: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        where: Any = {"usernam": "ada"}
        await database.user.find_many(where=where)

    answer, record = await answered(fails, caplog)
    assert answer == (400, {"detail": "Bad Request", "code": "P2009"})
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "GET /: the database refused the arguments of a call"
    assert "usernam" in str(record.exc_info)


def test_statuses_of_one_s_own_are_taken() -> None:
    statuses: Any = {"APP1": 409, "P2016": 400, "P2009": 499, KeyError: HTTPStatus.CONFLICT}
    answer_errors(FastAPI(), statuses)
    assert error_responses._body(data_error("P2009", "x"), 499)["detail"] == "Error"


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ({"p2002": 400}, "'p2002' is no code"),
        ({UserService: 400}, "UserService'> is no code, and no class of errors"),
        ({3: 400}, "3 is no code"),
        ({"P2002": "x"}, "'x' for 'P2002' is no error's status"),
        ({"P2002": 404.0}, "404.0 for 'P2002' is no error's status"),
        ({KeyError: 204}, "204 for <class 'KeyError'> is no error's status"),
    ],
)
def test_statuses_of_nothing_are_refused(statuses: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        answer_errors(FastAPI(), statuses)
