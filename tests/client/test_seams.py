"""Upstream's private seams that `prismongo.client` overrides are those of the pinned version."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import prisma
import pytest
from prisma._base_client import AsyncBasePrisma, BasePrisma
from prisma._transactions import AsyncTransactionManager
from prisma.client import Batch, Prisma
from prisma.engine import AsyncAbstractEngine

from database import DatabaseService, DatabaseSettings
from prismongo.engine import MongoEngine

SEAMS: tuple[tuple[Callable[..., Any], str], ...] = (
    (AsyncBasePrisma._create_engine, "(self, dml_path: 'Path | None' = None)"),
    (
        AsyncBasePrisma.connect,
        "(self, timeout: 'int | timedelta | UseClientDefault' = ...)",
    ),
    (AsyncBasePrisma.disconnect, "(self, timeout: 'float | timedelta | None' = None)"),
    (
        AsyncBasePrisma._execute,
        "(self, *, method: 'PrismaMethod', arguments: 'dict[str, Any]', "
        "model: 'type[BaseModel] | None' = None, root_selection: 'list[str] | None' = None)",
    ),
    (BasePrisma._copy, "(self)"),
    (BasePrisma.__del__, "(self)"),
    (
        BasePrisma._prepare_connect_args,
        "(self, *, timeout: 'int | timedelta | UseClientDefault' = ...)",
    ),
    (
        Prisma.tx,
        "(self, *, max_wait: 'Union[int, timedelta]' = ..., "
        "timeout: 'Union[int, timedelta]' = ...)",
    ),
    (Prisma.batch_, "(self)"),
    (Batch.__init__, "(self, client: 'Prisma')"),
    (Batch._add, "(self, **kwargs: 'Any')"),
    (Batch.commit, "(self)"),
    (
        AsyncTransactionManager.__init__,
        "(self, *, client: '_AsyncPrismaT', max_wait: 'int | timedelta', "
        "timeout: 'int | timedelta')",
    ),
)


def test_the_version_is_pinned() -> None:
    assert version("prisma") == "0.15.0"


@pytest.mark.parametrize(
    ("seam", "expected"), SEAMS, ids=lambda item: getattr(item, "__name__", "")
)
def test_a_seam_has_the_signature_that_we_override(seam: Callable[..., Any], expected: str) -> None:
    assert _signature(seam) == expected


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
        "delete",
        "delete_many",
        "update",
        "update_many",
        "upsert",
    }
    for name in names:
        single = inspect.signature(getattr(database.user, name))
        assert _arguments(inspect.signature(batched[name])) == _arguments(single), name


def test_a_service_is_upstreams_client(settings: DatabaseSettings) -> None:
    assert isinstance(DatabaseService(settings), prisma.Prisma)
    assert prisma.Client is prisma.Prisma


def _arguments(signature: inspect.Signature) -> list[inspect.Parameter]:
    return list(signature.parameters.values())


def _signature(seam: Callable[..., Any]) -> str:
    """The parameters; a default that is an object of upstream's is `...`."""
    signature = inspect.signature(seam)
    known = (None, inspect.Parameter.empty)
    parameters = [
        item if item.default in known else item.replace(default=...)
        for item in signature.parameters.values()
    ]
    bare = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    return str(bare).replace("Ellipsis", "...")
