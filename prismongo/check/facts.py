"""A schema and a URL → what there is to know about both (`check`). Nothing is judged here.

Each question is asked by itself, so that one that the server refuses leaves the others answered.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, TypeVar

from prisma.errors import PrismaError

from prismongo.check.documents import ModelFit, check_documents
from prismongo.errors import ConnectionError
from prismongo.generator.generate import generated_schema, is_generated_from
from prismongo.health import Health, check_health, down
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.mongo.connect import hosts_of
from prismongo.stores.mongo.push.plan import PushPlan
from prismongo.stores.mongo.push.push import compare, opened
from prismongo.stores.wanted.indexes import wanted_indexes
from prismongo.url import url_database

T = TypeVar("T")
ClientState = Literal["fresh", "stale", "missing"]

HEALTH_TIMEOUT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        database: its name.
        client: whether the generated client is of the schema; `missing` where there is none.
        health: what the server is, or why it cannot be used.
        plan: what stands between schema and database; an error where the server would not say,
            None where it was not reached.
        documents: how those that were read fit; None where none were asked for.
        sample: how many were asked for, a model.
        hosts: where the server was reached, as `host:port, …`.
    """

    database: str
    client: ClientState
    health: Health
    plan: PushPlan | PrismaError | None = None
    documents: tuple[ModelFit, ...] | PrismaError | None = None
    sample: int | None = None
    hosts: str = ""


async def check(
    datamodel: Datamodel, url: str, *, output: Path | None = None, sample: int | None = None
) -> Checked:
    """Ask the server and the generated client whether they are as the schema says.

    Nothing is changed, and no document is read but those of `sample`.

    Args:
        datamodel: what `parse` made of schema.prisma.
        url: the MongoDB URL, naming the database.
        output: the folder of the generated client; the environment's `prisma` where None.
        sample: how many documents of each model to read, chosen by chance.

    Raises:
        SchemaError: a comment of the schema gives an index option that cannot be.
        ConnectionError: P1013, the URL cannot be.
    """
    wanted_indexes(datamodel)
    name, client = url_database(url), client_state(datamodel, output)
    try:
        async with opened(url) as database:
            health = await check_health(database, HEALTH_TIMEOUT)
            plan = await _answer(compare(database, datamodel))
            documents = (
                await _answer(check_documents(database, datamodel, sample)) if sample else None
            )
            hosts = hosts_of(database.client)
            return Checked(name, client, health, plan, documents, sample, hosts)
    except ConnectionError as error:
        if error.code == "P1013":
            raise
        return Checked(name, client, down(error), sample=sample)


def client_state(datamodel: Datamodel, output: Path | None = None) -> ClientState:
    """Whether the generated client in a folder is of a schema, comments and layout apart."""
    if generated_schema(output) is None:
        return "missing"
    return "fresh" if is_generated_from(datamodel, output) else "stale"


async def _answer(question: Awaitable[T]) -> T | PrismaError:
    try:
        return await question
    except PrismaError as error:
        return error
