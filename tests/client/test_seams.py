"""What the client has of upstream's: its names, its engine's contract, its signatures."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import prisma
import prisma._types
from prisma.engine import AsyncAbstractEngine

from database import DatabaseService
from prismongo import DatabaseSettings
from prismongo.engine import MongoEngine


def test_the_version_is_pinned() -> None:
    assert version("prisma") == "0.15.0"


def test_the_names_of_actions_are_upstreams() -> None:
    assert prisma.PrismaMethod == prisma._types.PrismaMethod


def test_the_engine_gives_all_that_upstream_asks_of_one() -> None:
    asked = {
        name
        for name, _ in inspect.getmembers(AsyncAbstractEngine, inspect.isfunction)
        if not name.startswith("_")
    }
    assert asked >= {"connect", "query", "start_transaction", "metrics", "aclose"}
    for name in asked - {"stop"}:
        theirs, ours = getattr(AsyncAbstractEngine, name), getattr(MongoEngine, name)
        wanted, given = inspect.signature(theirs), inspect.signature(ours)
        assert list(given.parameters) == list(wanted.parameters), name
        assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(theirs), name


def test_the_batch_has_the_signatures_of_the_actions(settings: DatabaseSettings) -> None:
    database = DatabaseService(settings)
    batched = dict(inspect.getmembers(database.batch_().user, inspect.ismethod))
    names = {name for name in batched if not name.startswith("_")}
    assert names == {
        "create",
        "create_many",
        "create_many_and_return",
        "delete",
        "delete_many",
        "update",
        "update_many",
        "update_many_and_return",
        "upsert",
    }
    for name in names:
        single = inspect.signature(getattr(database.user, name))
        assert _arguments(inspect.signature(batched[name])) == _arguments(single), name


def test_a_service_is_upstreams_client(settings: DatabaseSettings) -> None:
    assert isinstance(DatabaseService(settings), prisma.Prisma)
    assert prisma.Client is prisma.Prisma


def _arguments(signature: inspect.Signature) -> list[inspect.Parameter]:
    """The parameters that a batch has, too.

    Nobody reads the records that it answers, and it is one transaction in any case.
    """
    left_out = ("select", "omit", "atomic")
    return [item for item in signature.parameters.values() if item.name not in left_out]
