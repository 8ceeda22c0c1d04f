"""The set-up: a server with the data set, and the libraries connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from benchmarks.data import DataSet, Document, Size, fill
from benchmarks.library import Library
from benchmarks.odm import Odm
from benchmarks.ours import Ours
from benchmarks.plain import Plain
from benchmarks.validated import Validated
from database import DatabaseService, DatabaseSettings
from prismongo.schema import parse, push
from prismongo.url import url_database

TOP = Path(__file__).parents[1]


@dataclass(frozen=True)
class Environment:
    """What measurements need. The first library is the base, the last is ours."""

    url: str
    database: AsyncDatabase[Document]
    data: DataSet
    libraries: tuple[Library, ...]


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
    ):
        data = await fill(client[name], size)
        libraries = (
            Plain(client, name),
            Validated(second, name),
            await Odm.made(third, name),
            Ours(service),
        )
        yield Environment(url, client[name], data, libraries)
