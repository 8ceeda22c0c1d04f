"""Checks existing documents against a unique index (`find_violation`).

This happens before any change: MongoDB itself would report only one value, after the work, and
build the other indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from bson import MinKey
from pymongo.errors import OperationFailure

from prismongo.stores.mongo.push.inspect import Database
from prismongo.stores.wanted.specs import IndexSpec

EXAMPLES: Final = 5

PLAN_KILLED: Final = 175
"""MongoDB's QueryPlanKilled: an index was dropped while it was read."""
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Values that occur more than once, in the order of the index; None is null or missing."""

    values: tuple[Any, ...]
    documents: int


@dataclass(frozen=True, slots=True)
class Violation:
    """Documents that a unique index would reject.

    Attributes:
        values: how many values occur more than once.
        documents: in how many documents they occur.
        examples: the most frequent values. They are data of users: do not log them.
    """

    index: IndexSpec
    values: int
    documents: int
    examples: tuple[Duplicate, ...]


async def find_violation(database: Database, index: IndexSpec) -> Violation | None:
    """The documents that violate the unique index; None if there are none.

    The server reads the whole collection, and uses the disk if the memory is not sufficient.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer, or rejects the command.
    """
    answer = await _answer(database, index)
    if not answer["totals"]:
        return None
    totals = answer["totals"][0]
    return Violation(
        index=index,
        values=totals["values"],
        documents=totals["documents"],
        examples=tuple(_duplicate(index, each) for each in answer["examples"]),
    )


async def _answer(database: Database, index: IndexSpec) -> dict[str, Any]:
    """What the server says; asked again if another push has dropped the index that it read."""
    collation = dict(index.collation) if index.collation is not None else None
    for attempt in count(1):
        try:
            cursor = await database[index.collection].aggregate(
                pipeline(index), allowDiskUse=True, collation=collation
            )
            async with cursor:
                (answer,) = await cursor.to_list()
            return dict(answer)
        except OperationFailure as error:
            if error.code != PLAN_KILLED or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def pipeline(index: IndexSpec) -> list[dict[str, Any]]:
    """The aggregation that finds the keys of the index that occur more than once.

    Keys are made like on the server: a missing field is null, a list has one key for each different
    element, and an empty list is a separate value.
    """
    names = {f"key{number}": path for number, path in enumerate(index.paths)}
    stages: list[dict[str, Any]] = []
    if condition := _indexed(index):
        stages.append({"$match": condition})
    stages.append({"$project": {"_id": 0, **{name: _values(path) for name, path in names.items()}}})
    stages += [{"$unwind": f"${name}"} for name in names]
    key = {name: f"${name}" for name in names}
    return [
        *stages,
        {"$group": {"_id": key, "documents": {"$sum": 1}}},
        {"$match": {"documents": {"$gt": 1}}},
        {"$facet": {"examples": _EXAMPLES, "totals": _TOTALS}},
    ]


_EXAMPLES: Final = [{"$sort": {"documents": -1, "_id": 1}}, {"$limit": EXAMPLES}]
_TOTALS: Final = [
    {"$group": {"_id": None, "values": {"$sum": 1}, "documents": {"$sum": "$documents"}}}
]


def _indexed(index: IndexSpec) -> Mapping[str, Any] | None:
    """The filter of the documents in the index; None if all are."""
    if index.sparse:
        return {"$or": [{path: {"$exists": True}} for path in index.paths]}
    return index.partial


def _values(path: str) -> dict[str, Any]:
    value = f"${path}"
    several = {"$cond": [{"$eq": [value, []]}, [MinKey()], {"$setUnion": [value]}]}
    return {"$cond": [{"$isArray": value}, several, [{"$ifNull": [value, None]}]]}


def _duplicate(index: IndexSpec, answer: Mapping[str, Any]) -> Duplicate:
    key = answer["_id"]
    values = (key[f"key{number}"] for number in range(len(index.keys)))
    return Duplicate(
        tuple([] if isinstance(value, MinKey) else value for value in values), answer["documents"]
    )
