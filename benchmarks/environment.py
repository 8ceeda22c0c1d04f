"""The set-up: a server with the data set, and the libraries connected to it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from benchmarks.data import DataSet, Document, Size, fill
from benchmarks.library import Library
from benchmarks.odm import Odm
from benchmarks.ours import Ours
from benchmarks.plain import Plain
from benchmarks.validated import Validated
from database import DatabaseService, DatabaseSettings
from prismongo import native
from prismongo.schema import parse, push
from prismongo.url import url_database

TOP = Path(__file__).parents[1]
IN_PYTHON: Final = "ours in Python"
"""What ours is called without the accelerator."""


@dataclass(frozen=True)
class Environment:
    """What measurements need.

    Attributes:
        libraries: the first is the base, the last is ours; before it ours without the accelerator.
    """

    url: str
    database: AsyncDatabase[Document]
    data: DataSet
    libraries: tuple[Library, ...]

    @property
    def base_and_ours(self) -> tuple[Library, ...]:
        """The base and ours, without and with the accelerator."""
        return tuple(each for each in self.libraries if isinstance(each, Plain | Ours))


@asynccontextmanager
async def prepared(url: str, size: Size, *, indexes: bool = True) -> AsyncIterator[Environment]:
    """The schema's indexes and the data in an empty database, every library connected to it."""
    name = url_database(url)
    if indexes:
        await push(parse((TOP / "schema.prisma").read_text(encoding="utf-8")), url)
    settings = DatabaseSettings(url=url)
    async with (
        AsyncMongoClient[Document](url, tz_aware=True) as client,
        AsyncMongoClient[Document](url, tz_aware=True) as second,
        AsyncMongoClient[Document](url, tz_aware=True) as third,
        DatabaseService(settings) as service,
        _without_accelerator(settings) as careful,
    ):
        data = await fill(client[name], size)
        libraries = (
            Plain(client, name),
            Validated(second, name),
            await Odm.made(third, name),
            Ours(careful, IN_PYTHON),
            Ours(service),
        )
        yield Environment(url, client[name], data, libraries)


@asynccontextmanager
async def _without_accelerator(settings: DatabaseSettings) -> AsyncIterator[DatabaseService]:
    """A client that connects while the accelerator is turned off."""
    before = os.environ.get(native.SWITCH, "1")
    async with AsyncExitStack() as stack:
        os.environ[native.SWITCH] = "0"
        try:
            service = await stack.enter_async_context(DatabaseService(settings))
        finally:
            os.environ[native.SWITCH] = before
        yield service
