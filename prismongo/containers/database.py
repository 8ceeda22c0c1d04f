"""DatabaseContainer: the database as a container. An application subclasses it and adds `service`.

    settings ──▶ server ──▶ service ◀── schema

`server` is where the database is; it starts a local server if the settings ask for one. `service`
is the connected client, whose schema is checked or pushed as `schema` says. Both are resources
with init and shutdown. The short form of a subclass:

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
from prismongo.embedded.workers import one_of_all
from prismongo.errors import ConfigurationError
from prismongo.service import Service
from prismongo.settings import DatabaseSettings, Embedded, Remote, SchemaSettings

ServiceT = TypeVar("ServiceT", bound=Service)


async def open_server(settings: DatabaseSettings) -> AsyncIterator[Remote]:
    """The server that the settings name, or an embedded one, which is started and stopped.

    Raises:
        ConfigurationError: the settings name no server and do not ask for an embedded one; or
            another worker of the same parent has started the embedded one.
        MongodNotFoundError: no binary for the embedded server.
    """
    match target := settings.resolve():
        case Remote():
            yield target
        case Embedded():
            with one_of_all(target.database):
                async with Mongod(binary=target.mongod, data=target.data) as mongod:
                    yield Remote(SecretStr(mongod.url(target.database)))
        case _:
            assert_never(target)


async def open_service(
    service: type[ServiceT], settings: DatabaseSettings, server: Remote, schema: SchemaSettings
) -> AsyncIterator[ServiceT]:
    """Connect to `server`, check or push the schema, yield the service; disconnect at shutdown.

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
    """The resource of the connected database; only a database can override it."""

    def override(self, provider: Any) -> Any:
        """Override it with a provider, or with a service.

        Raises:
            ConfigurationError: it is neither.
        """
        if not isinstance(provider, providers.Provider | Service):
            kind = type(provider).__name__
            raise ConfigurationError(f"A DatabaseService is wanted, not a {kind}: subclass it.")
        return super().override(provider)


class DatabaseContainer(Container):
    """Needs settings; provides the address of the server. A subclass adds `service`."""

    settings = providers.Dependency(instance_of=DatabaseSettings)
    schema = providers.Dependency(instance_of=SchemaSettings, default=SchemaSettings())
    server = PlainResource(open_server, settings=settings)


def connected(service: type[ServiceT]) -> DatabaseResource[ServiceT]:
    """The resource `service` for a subclass of DatabaseContainer, over `open_service`.

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
