"""The database as a container: mounted by the root, or by an application of one's own.

    settings ──▶ server ──▶ service ◀── schema

`server` says where the database is, and starts it where settings ask for an embedded one; `service`
is the connected client, its schema checked or pushed as `schema` says. Both are
`providers.Resource`s with init and shutdown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, assert_never

from dependency_injector import providers
from pydantic import SecretStr

from containers.base import Container
from containers.resource import PlainResource
from database import DatabaseService, DatabaseSettings
from database.check import at_start
from database.errors import ConfigurationError
from database.mongod import Mongod
from database.settings import Embedded, Remote, SchemaSettings


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
    settings: DatabaseSettings, server: Remote, schema: SchemaSettings
) -> AsyncIterator[DatabaseService]:
    """The client, connected to `server`, its schema checked or pushed; disconnected at the end.

    Raises:
        ConnectionError: the server cannot be used, or does not answer in time.
        ConfigurationError: the generated client is of another schema than schema.prisma.
    """
    address = {"url": server.url, "name": None, "embedded": False}
    database = DatabaseService(settings.model_copy(update=address))
    try:
        await database.connect()
        await at_start(database.mongo, schema)
        yield database
    finally:
        if database.is_connected():
            await database.disconnect()


class DatabaseResource(PlainResource[DatabaseService]):
    """The connected database; only a database can take its place."""

    def override(self, provider: Any) -> Any:
        """Put a provider, or a `DatabaseService` of a test's own, in its place.

        Raises:
            ConfigurationError: it is neither.
        """
        if not isinstance(provider, providers.Provider | DatabaseService):
            kind = type(provider).__name__
            raise ConfigurationError(f"A DatabaseService is wanted, not a {kind}: subclass it.")
        return super().override(provider)


class DatabaseContainer(Container):
    """Settings in, a connected database out."""

    settings = providers.Dependency(instance_of=DatabaseSettings)
    schema = providers.Dependency(instance_of=SchemaSettings, default=SchemaSettings())
    server = PlainResource(open_server, settings=settings)
    service = DatabaseResource(open_service, settings=settings, server=server, schema=schema)
