"""Would a unique index hold for the documents that are there (`find_violation`)?

Asked before anything is changed: MongoDB itself names one value, after the work, and builds the
other indexes all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bson import MinKey

from prismongo.stores.mongo.push.inspect import Database
from prismongo.stores.wanted.specs import IndexSpec

EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Values that occur more than once, in the order of the index's fields; None is absent too."""

    values: tuple[Any, ...]
    documents: int


@dataclass(frozen=True, slots=True)
class Violation:
    """Documents that a unique index would refuse.

    Attributes:
        values: how many values occur more than once.
        documents: in how many documents they do.
        examples: the most frequent of them. They are users' data: for a screen, not for a log.
    """

    index: IndexSpec
    values: int
    documents: int
    examples: tuple[Duplicate, ...]


async def find_violation(database: Database, index: IndexSpec) -> Violation | None:
    """What in the collection violates the unique index; None where nothing does.

    The server reads the whole collection, and spills to disk what does not fit into memory.

    Raises:
        pymongo.errors.PyMongoError: the server does not answer, or refuses.
    """
    collation = dict(index.collation) if index.collation is not None else None
    cursor = await database[index.collection].aggregate(
        pipeline(index), allowDiskUse=True, collation=collation
    )
    async with cursor:
        (answer,) = await cursor.to_list()
    if not answer["totals"]:
        return None
    totals = answer["totals"][0]
    return Violation(
        index=index,
        values=totals["values"],
        documents=totals["documents"],
        examples=tuple(_duplicate(index, each) for each in answer["examples"]),
    )


def pipeline(index: IndexSpec) -> list[dict[str, Any]]:
    """The aggregation that counts the keys of the index and keeps those that occur twice.

    Keys are made as the server makes them: an absent field is null, a list gives each of its
    values once, an empty list is a value of its own.
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
    """Which documents are in the index; None where all are."""
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
