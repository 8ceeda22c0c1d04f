"""What a robust container module must pass: the database closes last, and everything closes."""

from __future__ import annotations

import asyncio
import os
import signal
import urllib.request
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from containers import ApplicationContainer, running, start, stop
from database import DatabaseService, DatabaseSettings
from prismongo.containers import DatabaseResource
from prismongo.containers.resource import PlainResource
from prismongo.errors import NotStartedError
from prismongo.settings import Embedded, Remote
from tests import processes
from tests.application import Calls
from tests.containers.stage import Application
from tests.waiting import PATIENCE


async def test_check_01_the_database_closes_last_and_one_thing_at_a_time() -> None:
    async with running(Application()) as application:
        assert application.first.service().database is application.database.service()
        events = application.stage().events
        assert events == ["+server", "+database", "+cache", "+cache"]
    assert events[4:] == ["-cache", "-cache", "-database", "-server"]
    assert application.stage().most_at_once == 1


class Stubborn(DatabaseService):
    """Disconnects, and says that it could not."""

    async def disconnect(
        self,
        timeout: float | timedelta | None = None,  # noqa: ASYNC109  upstream's signature
    ) -> None:
        await super().disconnect(timeout)
        raise OSError("would not disconnect")


async def test_check_08_a_disconnect_that_raises_leaves_nothing_open_and_errors_are_one_group(
    application: ApplicationContainer,
) -> None:
    closed: list[str] = []

    async def server(settings: DatabaseSettings) -> AsyncIterator[Remote | Embedded]:
        yield settings.resolve()
        closed.append("server")
        raise OSError("would not close")

    async def connected(settings: DatabaseSettings, server: Remote) -> AsyncIterator[Stubborn]:
        database = Stubborn(settings.model_copy(update={"url": server.url}))
        await database.connect()
        yield database
        await database.disconnect()

    settings = application.database_settings
    resource = PlainResource(server, settings=settings)
    application.database.server.override(resource)
    application.database.service.override(
        DatabaseResource(connected, settings=settings, server=application.database.server)
    )
    await start(application)
    database = application.database.service()
    assert database.is_connected()
    with pytest.raises(ExceptionGroup) as caught:
        await stop(application)
    told = [str(error) for error in caught.value.exceptions]
    assert told == ["would not disconnect", "would not close"]
    assert closed == ["server"]
    assert not database.is_connected()
    with pytest.raises(NotStartedError, match="not started"):
        application.users.service()


async def test_check_15_one_feature_stops_and_its_siblings_database_stays_open(
    application: ApplicationContainer,
) -> None:
    async with running(application):
        await stop(application.messages)
        assert application.users.service().database.is_connected()
        assert await application.users.service().database.user.count() == 0
        await start(application.messages)
        assert application.messages.service().database is application.users.service().database


async def test_check_16_access_during_stop_says_so_and_opens_no_connection(
    application: ApplicationContainer, calls: Calls
) -> None:
    leaving, leave = asyncio.Event(), asyncio.Event()

    async def slow_to_leave(settings: DatabaseSettings) -> AsyncIterator[DatabaseService]:
        async with DatabaseService(settings) as database:
            yield database
            leaving.set()
            await leave.wait()

    slow = DatabaseResource(slow_to_leave, settings=application.database_settings)
    application.database.service.override(slow)
    await start(application)
    stopping = asyncio.ensure_future(stop(application))
    await leaving.wait()
    with pytest.raises(NotStartedError, match="stopping"):
        application.users.service()
    with pytest.raises(NotStartedError, match="stopping"):
        await start(application)
    with pytest.raises(NotStartedError, match="stopping"):
        await slow.init()
    leave.set()
    await stopping
    assert (calls.connects, calls.disconnects) == (1, 1)


SERVER = """
import asyncio, signal, socket
import uvicorn
from containers import ApplicationContainer
from docs.examples.chat_api import create_app

signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again once it has stopped
container = ApplicationContainer()
app = create_app(container)
used = []

@app.get("/slow")
async def slow():
    used.append(container.users.service().database)
    print("begun", flush=True)
    await server.is_stopping.wait()
    await asyncio.sleep(0.1)  # what does not wait for the answer goes on
    users = await used[0].user.count()
    print("answered", flush=True)
    return users

class Server(uvicorn.Server):
    is_stopping = asyncio.Event()

    async def shutdown(self, sockets=None):
        self.is_stopping.set()
        await super().shutdown(sockets)
        # Still within the event loop, whose end would disconnect what the lifespan forgot.
        print("stopped,", "connected" if used[0].is_connected() else "disconnected", flush=True)

with socket.create_server(("127.0.0.1", 0)) as listening:
    print(listening.getsockname()[1], flush=True)
    server = Server(uvicorn.Config(app, log_level="warning"))
    server.run(sockets=[listening])
"""


async def test_check_32_sigterm_lets_work_in_flight_drain_before_the_disconnect(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", mongo_url)
    with processes.running(["-c", SERVER]) as server:
        port = await asyncio.to_thread(processes.line_of, server)
        url = f"http://127.0.0.1:{port}/slow"
        answer = asyncio.create_task(asyncio.to_thread(_get, url))
        assert await asyncio.to_thread(processes.line_of, server) == "begun"
        os.kill(server.pid, signal.SIGTERM)
        assert await answer == (200, "0")
        told = [await asyncio.to_thread(processes.line_of, server) for _ in range(2)]
        assert told == ["answered", "stopped, disconnected"]
        assert await asyncio.to_thread(server.wait) == 0


def _get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:  # noqa: S310  ours
        return response.status, response.read().decode()
