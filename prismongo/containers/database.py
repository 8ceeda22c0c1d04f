"""The database as a container: an application's own is a subclass, with its `service` declared.

    settings ──▶ server ──▶ service ◀── schema

`server` says where the database is, and starts it where settings ask for an embedded one; `service`
is the connected client, its schema checked or pushed as `schema` says. Both are
`providers.Resource`s with init and shutdown. The short form of a subclass:

    class DatabaseContainer(prismongo.containers.DatabaseContainer):
        service = connected(DatabaseService)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar, assert_never

from dependency_injector import providers
from pydantic import SecretStr

from prismongo.check import at_start
from prismongo.containers.base import Container
from prismongo.containers.resource import PlainResource
from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConfigurationError
from prismongo.service import Service
from prismongo.settings import DatabaseSettings, Embedded, Remote, SchemaSettings

ServiceT = TypeVar("ServiceT", bound=Service)


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
    service: type[ServiceT], settings: DatabaseSettings, server: Remote, schema: SchemaSettings
) -> AsyncIterator[ServiceT]:
    """A service connected to `server`, its schema checked or pushed; disconnected at the end.

    Raises:
        ConnectionError: the server cannot be used, or does not answer in time.
        ConfigurationError: the client was generated from an earlier schema.prisma.
    """
    database = service(settings.at(server))
    await database.connect()
    try:
        await at_start(database.mongo, database.client_schema, schema)
        yield database
    finally:
        await database.disconnect()


class DatabaseResource(PlainResource[ServiceT]):
    """The connected database; only a database can take its place."""

    def override(self, provider: Any) -> Any:
        """Put a provider, or a service of a test's own, in its place.

        Raises:
            ConfigurationError: it is neither.
        """
        if not isinstance(provider, providers.Provider | Service):
            kind = type(provider).__name__
            raise ConfigurationError(f"A DatabaseService is wanted, not a {kind}: subclass it.")
        return super().override(provider)


class DatabaseContainer(Container):
    """Settings in, the place of the database out; a subclass adds the connected `service`."""

    settings = providers.Dependency(instance_of=DatabaseSettings)
    schema = providers.Dependency(instance_of=SchemaSettings, default=SchemaSettings())
    server = PlainResource(open_server, settings=settings)


def connected(service: type[ServiceT]) -> DatabaseResource[ServiceT]:
    """The `service` of a subclass of DatabaseContainer: connect, check or push, disconnect.

    Args:
        service: the application's class: `class DatabaseService(Service, Prisma)`.
    """
    return DatabaseResource(
        open_service,
        service,
        settings=DatabaseContainer.settings,
        server=DatabaseContainer.server,
        schema=DatabaseContainer.schema,
    )
