"""What a start does about the schema (`at_start`): check it, push it, or nothing.

A check costs one question a collection, and reads no document.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import Any, Final

import pymongo
from prisma.errors import PrismaError
from pymongo.asynchronous.database import AsyncDatabase

from prismongo.check.findings import drift_lines, drift_text, index_remedy
from prismongo.client.schema import ClientSchema
from prismongo.errors import ConfigurationError
from prismongo.schema.datamodel import Datamodel
from prismongo.settings import SchemaSettings
from prismongo.stores.mongo.push.events import PushEvent, Violated
from prismongo.stores.mongo.push.plan import PushPlan, is_mismatch
from prismongo.stores.mongo.push.push import compare, push_to
from prismongo.stores.mongo.push.text import event_lines

Database = AsyncDatabase[dict[str, Any]]

logger = logging.getLogger("prismongo.schema")

CHECK_TIMEOUT: Final = 5.0
"""Seconds for all questions of a check; where the server is slower than that, none is answered."""

MOST_LINES: Final = 8


async def at_start(database: Database, schema: ClientSchema, settings: SchemaSettings) -> None:
    """Do as `settings.on_start` says with a database that has just been connected.

    `schema` is the one that the client was generated from: `service.client_schema`. `check` warns
    of collections and indexes that are not as it says, on the logger `prismongo.schema`; `push`
    creates those that are missing, and warns of the rest. Both refuse a client whose schema.prisma
    has changed since; where that file is not there, as in a container image, there is nothing to
    compare with.

    Raises:
        ConfigurationError: the client was generated from an earlier schema.prisma.
        SchemaError: schema.prisma is not valid, or a comment gives an index option that cannot be.
        UniqueViolationError: documents violate a unique index that push is to make.
        prisma.errors.DataError: the server refuses an index (P2035).
    """
    if settings.on_start == "ignore":
        return
    _refuse_stale(schema)
    datamodel = schema.datamodel
    if settings.on_start == "push":
        pushed = await push_to(database, datamodel, report=_log)
        _warn(PushPlan(database.name, pushed.left))
    else:
        await _check(database, datamodel)


def _refuse_stale(schema: ClientSchema) -> None:
    if schema.compare() == "stale":
        raise ConfigurationError(
            f"The client was generated from an earlier {schema.source}. Run `prismongo generate` "
            "in its folder and start again; schema.on_start: ignore starts regardless."
        )


async def _check(database: Database, datamodel: Datamodel) -> None:
    try:
        with pymongo.timeout(CHECK_TIMEOUT):
            plan = await compare(database, datamodel)
    except PrismaError as error:
        logger.warning("The database's indexes cannot be compared with the schema: %s", error)
        return
    _warn(plan)


def _warn(plan: PushPlan) -> None:
    steps = [step for step in plan.steps if is_mismatch(step)]
    if not steps:
        return
    lines = list(drift_lines(steps))
    more = [f"  and {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    logger.warning(
        "The database %s is not as schema.prisma says, %s: %s%s.\n%s",
        plan.database,
        drift_text(steps),
        index_remedy(steps),
        ", or set schema.on_start to push" if plan.to_do(drop=False) else "",
        "\n".join([*(f"  {line}" for line in islice(lines, MOST_LINES)), *more]),
    )


def _log(event: PushEvent) -> None:
    """Without the values that violate a unique index: they are for a screen, not for a log."""
    for line in () if isinstance(event, Violated) else event_lines(event):
        logger.info("%s", line)
