"""The database as a container: a resource with init and shutdown, for the services of the features.

    settings ──▶ server ──▶ service ◀── schema

`settings`, `schema` and `server`, which starts a local MongoDB where settings ask for one, are the
library's container; `service` is this application's database.
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
    """Connect, check or push the schema, and hand the database out; disconnect at the end."""
    database = DatabaseService(settings.at(server))
    await database.connect()
    try:
        await at_start(database.mongo, database.client_schema, schema)
        yield database
    finally:
        await database.disconnect()


class DatabaseContainer(prismongo.containers.DatabaseContainer):
    """Settings in, a connected database out."""

    service = DatabaseResource(
        open_database,
        settings=prismongo.containers.DatabaseContainer.settings,
        server=prismongo.containers.DatabaseContainer.server,
        schema=prismongo.containers.DatabaseContainer.schema,
    )
