"""The database as a container: a resource with init and shutdown, for the features' services.

    settings ──▶ server ──▶ service ◀── schema

The library's container declares `settings`, `schema` and `server`. `server` is a `Remote`: the URL
of a server that runs, a local MongoDB that it starts if the settings ask for one. `service` is this
application's database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import prismongo.containers
from database import DatabaseService, DatabaseSettings
from prismongo.check import at_start
from prismongo.containers import DatabaseResource
from prismongo.settings import Remote, SchemaSettings


async def open_database(
    settings: DatabaseSettings, server: Remote, schema: SchemaSettings
) -> AsyncIterator[DatabaseService]:
    """Connect, then check or push the schema; disconnect at shutdown."""
    database = DatabaseService(settings.at(server))
    await database.connect()
    try:
        await at_start(database.mongo, database.client_schema, schema)
        yield database
    finally:
        await database.disconnect()


class DatabaseContainer(prismongo.containers.DatabaseContainer):
    """Needs settings; provides the connected database as `service`."""

    service = DatabaseResource(
        open_database,
        settings=prismongo.containers.DatabaseContainer.settings,
        server=prismongo.containers.DatabaseContainer.server,
        schema=prismongo.containers.DatabaseContainer.schema,
    )
