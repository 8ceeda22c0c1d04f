"""What a start does about the schema (`at_start`): check it, push it, or nothing.

A check costs one question a collection, and reads no document.
"""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pymongo
from prisma.errors import PrismaError
from pymongo.asynchronous.database import AsyncDatabase

from database.check.facts import client_state
from database.check.findings import drift_lines, drift_text, index_remedy
from database.errors import ConfigurationError
from database.files import locate
from database.schema.datamodel import Datamodel
from database.schema.generate import generated_schema
from database.schema.parser import parse
from database.settings import SchemaSettings
from database.stores.mongo.live.events import Event, Violated
from database.stores.mongo.live.plan import Plan, is_mismatch
from database.stores.mongo.live.push import compare, push_to
from database.stores.mongo.live.text import event_lines

logger = logging.getLogger("database.schema")

CHECK_TIMEOUT: Final = 5.0
"""Seconds for all questions of a check; where the server is slower than that, none is answered."""

MOST_LINES: Final = 8


async def at_start(database: AsyncDatabase[dict[str, Any]], settings: SchemaSettings) -> None:
    """Do as `settings.on_start` says with a database that has just been connected.

    `check` warns of collections and indexes that are not as schema.prisma says, on the logger
    `database.schema`; `push` creates those that are missing, and warns of the rest.

    Raises:
        ConfigurationError: the generated client is of another schema than schema.prisma.
        SchemaError: schema.prisma is not valid.
        UniqueViolationError: documents violate a unique index that push is to make.
        prisma.errors.DataError: the server refuses an index (P2035).
    """
    if settings.on_start == "ignore":
        return
    path = locate("schema.prisma")
    datamodel = _datamodel(path)
    if settings.on_start == "push":
        pushed = await push_to(database, datamodel, report=_log)
        _warn(Plan(database.name, pushed.left))
    else:
        await _check(database, datamodel)


def _datamodel(path: Path) -> Datamodel:
    """The schema at hand, which the client was generated from."""
    text = path.read_text(encoding="utf-8")
    datamodel = parse(text)
    if text != generated_schema() and client_state(datamodel) != "fresh":
        raise ConfigurationError(
            f"The generated client is of another schema than {path}. {_remedy(path)}; "
            "schema.on_start: ignore starts regardless."
        )
    return datamodel


def _remedy(path: Path) -> str:
    if path.parent == Path.cwd():
        return "Run `python -m database generate` and start again"
    return (
        f"Run `python -m database generate --schema {path}` and start again, or start in the "
        "folder of the application's own schema.prisma, which is looked for there first"
    )


async def _check(database: AsyncDatabase[dict[str, Any]], datamodel: Datamodel) -> None:
    try:
        with pymongo.timeout(CHECK_TIMEOUT):
            plan = await compare(database, datamodel)
    except PrismaError as error:
        logger.warning("The database's indexes cannot be compared with the schema: %s", error)
        return
    _warn(plan)


def _warn(plan: Plan) -> None:
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


def _log(event: Event) -> None:
    """Without the values that violate a unique index: they are for a screen, not for a log."""
    for line in () if isinstance(event, Violated) else event_lines(event):
        logger.info("%s", line)
