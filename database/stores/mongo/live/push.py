"""`push`: brings a live database's collections and indexes in line with a Datamodel."""

from __future__ import annotations

from typing import Final

from pymongo.errors import PyMongoError

from database.schema.datamodel import Datamodel
from database.settings import DatabaseSettings
from database.stores.mongo.client import make_client
from database.stores.mongo.connect import open_client
from database.stores.mongo.errors import translate
from database.stores.mongo.live.apply import apply
from database.stores.mongo.live.found import Database, find_indexes
from database.stores.mongo.live.plan import Plan, plan
from database.stores.mongo.live.wanted import wanted_indexes
from database.url import url_database

CONNECT_TIMEOUT: Final = 10.0  # seconds


async def push(datamodel: Datamodel, url: str, *, dry_run: bool = False) -> Plan:
    """Create the collections and indexes of the schema that the database lacks.

    Nothing is ever removed. What is there already is left alone, so a second push does nothing.

    Args:
        datamodel: what `parse` made of schema.prisma.
        url: the MongoDB URL, naming the database.
        dry_run: only plan.

    Returns:
        The plan, as it was before anything was done.

    Raises:
        ConnectionError: the server cannot be used (P1000 …).
        prisma.errors.DataError: the server refuses an index.
    """
    name = url_database(url)
    async with make_client(url, DatabaseSettings()) as client:
        await open_client(client, CONNECT_TIMEOUT)
        try:
            return await _push(client[name], datamodel, dry_run=dry_run)
        except PyMongoError as error:
            raise translate(error, None, datamodel) from error


async def _push(database: Database, datamodel: Datamodel, *, dry_run: bool) -> Plan:
    wanted = wanted_indexes(datamodel)
    steps = plan(wanted, await find_indexes(database, wanted))
    if not dry_run:
        await apply(database, steps)
    return steps
