"""docs/examples/channel_socket.py under a real server, with real clients over loopback."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from httpx import AsyncClient
from pymongo import MongoClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from containers import ApplicationContainer
from database import DatabaseService, DatabaseSettings
from docs.examples import channel_socket
from docs.examples.channel_socket import Close, create_app
from prismongo.containers.testing import overridden
from prismongo.testing import fake
from prismongo.url import url_database
from tests.application import made, pushed_url, settings_pushed
from tests.cursors import open_cursors
from tests.waiting import PATIENCE, until

__all__ = ["pushed_url", "settings_pushed"]

Told = dict[str, Any]


class Server:
    """The example's server, and a channel of it.

    Attributes:
        container: the application behind it.
        http: speaks HTTP with it.
    """

    def __init__(self, container: ApplicationContainer, port: int) -> None:
        self.container = container
        self.http = AsyncClient(base_url=f"http://127.0.0.1:{port}")
        self._port = port
        self.ada = ""
        self.channel = ""

    async def found(self) -> None:
        """A user, and a channel."""
        ada = await self.http.post("/users", json={"username": "ada", "password": "correct horse"})
        self.ada = ada.json()["id"]
        draft = {"name": "Engines", "owner_id": self.ada}
        community = await self.http.post("/communities", json=draft)
        self.channel = community.json()["channels"][0]["id"]

    async def post(self, content: str) -> str:
        """A message in the channel → its id."""
        draft = {"author_id": self.ada, "content": content}
        answer = await self.http.post(f"/channels/{self.channel}/messages", json=draft)
        assert answer.status_code == 201
        return str(answer.json()["id"])

    def follow(self, after: str | None = None) -> connect:
        """A client of the channel."""
        query = "" if after is None else f"?after={after}"
        url = f"ws://127.0.0.1:{self._port}/channels/{self.channel}/events{query}"
        return connect(url, proxy=None, compression=None)


@asynccontextmanager
async def serving(container: ApplicationContainer) -> AsyncIterator[Server]:
    """The application under uvicorn, in this event loop, until the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(container), log_level="warning")
        program = uvicorn.Server(config)
        running = asyncio.create_task(program.serve(sockets=[listening]))
        await until(lambda: program.started or running.done())
        server = Server(container, listening.getsockname()[1])
        try:
            await server.found()
            yield server
        finally:
            await server.http.aclose()
            program.should_exit = True
            await asyncio.wait_for(running, PATIENCE)


@pytest.fixture
async def server(store: str, request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    if store == "memory":
        with overridden(made(DatabaseSettings()), database=fake(DatabaseService)) as container:
            async with serving(container) as server:
                yield server
    else:
        async with serving(made(request.getfixturevalue("settings_pushed"))) as server:
            yield server


async def take(client: ClientConnection, count: int) -> list[Told]:
    async with asyncio.timeout(PATIENCE):
        return [json.loads(await client.recv()) for _ in range(count)]


async def rest(client: ClientConnection) -> list[Told]:
    """What comes until it is closed."""
    found: list[Told] = []
    with suppress(ConnectionClosed):
        async for text in client:
            found.append(json.loads(text))  # noqa: PERF401 - what came before it is closed counts
    return found


async def closed(client: ClientConnection) -> int:
    """The code that the server closed it with."""
    async with asyncio.timeout(PATIENCE):
        await client.wait_closed()
    assert client.close_code is not None
    return client.close_code


def streaming_tasks() -> int:
    return sum(task.get_name() == "prismongo.changes" for task in asyncio.all_tasks())


async def test_two_clients_see_what_happens_in_a_channel(server: Server) -> None:
    messages = server.container.messages.service()
    async with server.follow() as one, server.follow() as two:
        message = await server.post("helo")
        await messages.edit(message, server.ada, "hello")
        await messages.react(message, server.ada, "+1")
        await messages.unreact(message, server.ada, "+1")
        await messages.delete(message)
        seen = await take(one, 5)
        assert await take(two, 5) == seen
        assert streaming_tasks() == 1

    kinds = ["posted", "edited", "reacted", "unreacted", "deleted"]
    assert [event["event"] for event in seen] == kinds
    texts = [
        (event["message"]["author"]["username"], event["message"]["content"]) for event in seen[:2]
    ]
    assert texts == [("ada", "helo"), ("ada", "hello")]
    assert seen[2]["reaction"] == {"message_id": message, "user": "ada", "emoji": "+1"}
    assert seen[4]["message"] == {"id": message}
    assert "hashedPassword" not in json.dumps(seen)


async def test_who_leaves_leaves_nothing_behind(server: Server) -> None:
    async with server.follow() as one:
        async with server.follow():
            pass
        await server.post("hello")
        assert len(await take(one, 1)) == 1
    await until(lambda: streaming_tasks() == 0)


async def test_a_client_that_was_cut_off_continues_after_its_last_event(server: Server) -> None:
    async with server.follow() as client:
        for text in ("one", "two"):
            await server.post(text)
        first, _ = await take(client, 2)
        client.transport.abort()  # as a network that is gone
    await server.post("three")
    async with server.follow(first["token"]) as client:
        found = await take(client, 2)
    assert [event["message"]["content"] for event in found] == ["two", "three"]


async def test_what_is_no_token_is_told_by_the_code(server: Server) -> None:
    async with server.follow("nonsense") as client:
        assert await closed(client) == Close.NO_TOKEN


async def test_a_client_that_talks_is_let_talk(server: Server) -> None:
    async with server.follow() as client:
        await client.send("hello")
        await client.send(b"\x00")
        await server.post("one")
        assert len(await take(client, 1)) == 1


async def test_a_client_that_does_not_read_is_sent_away_and_may_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_socket, "BUFFER", 5)
    with overridden(made(DatabaseSettings()), database=fake(DatabaseService)) as container:
        async with serving(container) as server:
            await does_not_read(server)


async def does_not_read(server: Server) -> None:
    long = "-" * 200_000  # 30 MB in all are more than sockets hold
    async with server.follow() as client:
        async with server.container.messages.service().subscribe(server.channel) as events:
            for number in range(150):
                await server.post(f"{number} {long}")
                await anext(events)
        seen = await rest(client)
        assert client.close_code == Close.TRY_AGAIN_LATER
    assert 0 < len(seen) < 150
    async with server.follow(seen[-1]["token"]) as client:
        (following,) = await take(client, 1)

    contents = [event["message"]["content"].split()[0] for event in (*seen, following)]
    assert contents == [str(number) for number in range(len(seen) + 1)]


async def test_disconnecting_the_database_closes_sockets(server: Server) -> None:
    async with server.follow() as client:
        await server.container.database.service().disconnect()
        assert await closed(client) == Close.SERVICE_RESTART
    assert streaming_tasks() == 0


async def test_stopping_the_server_closes_sockets_and_cursors(
    settings_pushed: DatabaseSettings, pushed_url: str, mongo_client: MongoClient[Any]
) -> None:
    ours = f"{url_database(pushed_url)}."
    left_by_others = open_cursors(mongo_client, ours)  # the server closes them after a while
    container = made(settings_pushed)
    async with serving(container) as server:
        database: DatabaseService = container.database.service()
        client = await server.follow()
    assert await closed(client) == Close.SERVICE_RESTART
    await client.close()
    assert not database.is_connected()
    assert streaming_tasks() == 0
    assert open_cursors(mongo_client, ours) <= left_by_others
