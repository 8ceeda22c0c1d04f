"""Collects the facts of a check from the server and the client. `findings` judges them.

Each request to the server is separate: if it refuses one, the others are still answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, TypeVar

from prisma.errors import PrismaError

from prismongo.check.documents import ModelFit, check_documents
from prismongo.check.selections import SelectionFit, check_selections
from prismongo.errors import ConnectionError
from prismongo.generator import generated_schema, is_generated_from
from prismongo.health import Health, check_health, down
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.mongo.accelerator import State, state
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
    """The facts that a check collected.

    Attributes:
        database: the name of the database.
        client: whether the generated client matches the schema; `missing` if there is none.
        health: what kind of server it is, or why it cannot be used.
        plan: the differences between schema and database; an error if the server refused, None if
            it was not reached.
        documents: the results of the documents that were read; None if none were requested.
        sample: the number of documents per model that was requested.
        hosts: the address of the server, as `host:port, …`.
        selections: how the classes for `returning` fit; None if the project names no module.
        accelerator: whether the accelerator is in use here.
    """

    database: str
    client: ClientState
    health: Health
    plan: PushPlan | PrismaError | None = None
    documents: tuple[ModelFit, ...] | PrismaError | None = None
    sample: int | None = None
    hosts: str = ""
    selections: SelectionFit | None = None
    accelerator: State = field(default_factory=state)


async def check(
    datamodel: Datamodel,
    url: str,
    *,
    output: Path | None = None,
    sample: int | None = None,
    selections: Sequence[str] = (),
    wait: float | None = None,
) -> Checked:
    """Compare the server and the generated client with the schema.

    Nothing is changed. Documents are read only if `sample` is given.

    Args:
        datamodel: the result of `parse`.
        url: the MongoDB URL, naming the database.
        output: the folder of the generated client; None: the package `prisma` of the environment.
        sample: how many random documents of each model to read.
        selections: the modules with classes for `returning`; they are imported.
        wait: how long to wait for the server, in seconds; None: 10 s.

    Raises:
        SchemaError: a comment of the schema has an invalid index option.
        ConnectionError: P1013, the URL is not valid.
    """
    wanted_indexes(datamodel)
    name, client = url_database(url), client_state(datamodel, output)
    fit = check_selections(selections, datamodel, output) if selections else None
    try:
        async with opened(url, wait) as database:
            health = await check_health(database, HEALTH_TIMEOUT)
            plan = await _answer(compare(database, datamodel))
            documents = (
                await _answer(check_documents(database, datamodel, sample)) if sample else None
            )
            hosts = hosts_of(database.client)
            return Checked(name, client, health, plan, documents, sample, hosts, fit)
    except ConnectionError as error:
        if error.code == "P1013":
            raise
        return Checked(name, client, down(error), sample=sample, selections=fit)


def client_state(datamodel: Datamodel, output: Path | None = None) -> ClientState:
    """Whether the client in a folder matches a schema. Comments and layout do not count."""
    if generated_schema(output) is None:
        return "missing"
    return "fresh" if is_generated_from(datamodel, output) else "stale"


async def _answer(question: Awaitable[T]) -> T | PrismaError:
    try:
        return await question
    except PrismaError as error:
        return error
