"""The database as a container: mounted by the root, or by an application of one's own.

    settings ──▶ server ──▶ service

`server` says where the database is, and starts it where settings ask for an embedded one; `service`
is the connected client. Both are `providers.Resource`s with init and shutdown.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import assert_never

from dependency_injector import providers
from pydantic import SecretStr

from containers.base import Container
from containers.resource import PlainResource
from database import DatabaseService, DatabaseSettings
from database.mongod import Mongod
from database.settings import Embedded, Remote

GRACE = timedelta(seconds=2)
"""What connecting may take beyond its own time-out, which has the better message."""


async def open_server(settings: DatabaseSettings) -> AsyncIterator[Remote]:
    """Where the database is: the server that settings name, or an embedded one that is started.

    Raises:
        ConfigurationError: settings name no server and ask for none.
        MongodNotFoundError: no binary for the embedded server.
    """
    match target := settings.resolve():
        case Remote():
            yield target
        case Embedded():
            async with Mongod(binary=target.mongod, data=target.data) as mongod:
                yield Remote(SecretStr(mongod.url(target.database)))
        case _:
            assert_never(target)


async def open_service(
    settings: DatabaseSettings, server: Remote
) -> AsyncIterator[DatabaseService]:
    """The client, connected to `server`, disconnected at the end.

    Raises:
        ConnectionError: the server cannot be used.
        TimeoutError: connecting took longer than settings allow.
    """
    address = {"url": server.url, "name": None, "embedded": False}
    database = DatabaseService(settings.model_copy(update=address))
    try:
        async with asyncio.timeout((settings.connect_timeout + GRACE).total_seconds()):
            await database.connect()
        yield database
    finally:
        if database.is_connected():
            await database.disconnect()


class DatabaseContainer(Container):
    """Settings in, a connected database out."""

    settings = providers.Dependency(instance_of=DatabaseSettings)
    server = PlainResource(open_server, settings=settings)
    service = PlainResource(open_service, settings=settings, server=server)
