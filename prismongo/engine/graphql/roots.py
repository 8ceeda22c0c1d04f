"""The text door, names: `findManyUser` → action and model, as Prisma's engine names them.

Source: prisma-engines 5.17, `query-engine/schema`, query_type.rs and mutation_type.rs. Names are
looked up whole: a model may itself be called `ManyOrThrow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prisma.errors import DataError

from prismongo.engine.graphql.orders import refuse_several_keys
from prismongo.engine.graphql.parse import Kind, RootField
from prismongo.query.errors.input import empty_selection, unknown_selection, unsupported
from prismongo.query.nodes.requests import Action, Request
from prismongo.schema.datamodel import Datamodel

Root = tuple[Kind, Action, str | None]

_NAMES: Final[tuple[tuple[Kind, Action, str], ...]] = (
    ("query", "findFirst", "findFirst{}"),
    ("query", "findFirstOrThrow", "findFirst{}OrThrow"),
    ("query", "findMany", "findMany{}"),
    ("query", "aggregate", "aggregate{}"),
    ("query", "groupBy", "groupBy{}"),
    ("query", "findUnique", "findUnique{}"),
    ("query", "findUniqueOrThrow", "findUnique{}OrThrow"),
    ("query", "findRaw", "find{}Raw"),
    ("query", "aggregateRaw", "aggregate{}Raw"),
    ("mutation", "createOne", "createOne{}"),
    ("mutation", "upsertOne", "upsertOne{}"),
    ("mutation", "createMany", "createMany{}"),
    ("mutation", "deleteOne", "deleteOne{}"),
    ("mutation", "updateOne", "updateOne{}"),
    ("mutation", "updateMany", "updateMany{}"),
    ("mutation", "deleteMany", "deleteMany{}"),
)
_SQL: Final = ("executeRaw", "queryRaw")


def root_names(datamodel: Datamodel) -> Mapping[str, Root]:
    """Every name at the top of a document; a model's own spelling, and with a capital first."""
    roots: dict[str, Root] = {"runCommandRaw": ("mutation", "runCommandRaw", None)}
    for capitals in (False, True):
        for model in datamodel.models:
            shown = model.name[:1].upper() + model.name[1:] if capitals else model.name
            for kind, action, name in _NAMES:
                if not model.ignored:
                    roots.setdefault(name.format(shown), (kind, action, model.name))
    return roots


def request_of(field: RootField, names: Mapping[str, Root]) -> Request:
    """The request that a root field stands for.

    Raises:
        prisma.errors.FieldNotFoundError: P2009, there is no such name.
        UnsupportedOperationError: P2026, raw SQL.
        prisma.errors.DataError: P2009, an object of an `orderBy` has several keys.
    """
    selection = field.selection
    root = names.get(selection.name)
    if root is None or root[0] != field.kind:
        raise _unknown(field)
    _, action, model = root
    if not selection.selections and not action.endswith("Raw"):
        raise empty_selection((selection.name,))
    refuse_several_keys(selection)
    return Request(action, model, selection.arguments, selection.selections)


def _unknown(field: RootField) -> DataError:
    name = field.selection.name
    if name in _SQL:
        return unsupported(name, "MongoDB knows no SQL; runCommandRaw sends a database command")
    return unknown_selection((name,), field.kind.capitalize())
