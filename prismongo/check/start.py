"""`at_start`: at the start of an application check the schema, push it, or do nothing.

A check needs one request per collection, and reads no document.
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
"""The time limit for all requests of a check, in seconds. A slower server is not checked."""

MOST_LINES: Final = 8


async def at_start(database: Database, schema: ClientSchema, settings: SchemaSettings) -> None:
    """Check or push the schema of a connected database, as `settings.on_start` says.

    `schema` is the schema that the client was generated from: `service.client_schema`. `check` logs
    a warning about collections and indexes that differ, on the logger `prismongo.schema`. `push`
    creates those that are missing, and logs the rest. Both raise an error if the file schema.prisma
    has changed since. If it does not exist, as in a container image, this is not checked.

    Raises:
        ConfigurationError: the client was generated from an earlier schema.prisma.
        SchemaError: schema.prisma is not valid, or a comment has an invalid index option.
        UniqueViolationError: documents violate a unique index that push would create.
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
    """Log an event, but not the values that violate a unique index: a log must hold no values."""
    for line in () if isinstance(event, Violated) else event_lines(event):
        logger.info("%s", line)
