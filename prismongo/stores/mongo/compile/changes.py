"""compile, change streams: Watching → the pipeline behind `$changeStream`, and its options.

A filter is the one of `find`, put under the paths where an event holds the document: an insert is
judged by the document after, a delete by the one before, an update by either, so that whoever
watches sees a record come into the filter and leave it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from prismongo.query.nodes.changes import ChangeQuery, WatchedModel
from prismongo.query.nodes.filters import EVERYTHING
from prismongo.query.nodes.prefixed import prefixed
from prismongo.stores.mongo.compile.filter import compile_filter

Document = dict[str, Any]

AFTER: Final = "fullDocument"
BEFORE: Final = "fullDocumentBeforeChange"
KEY: Final = "documentKey"

ENDINGS: Final = ("drop", "rename", "invalidate")
"""What takes documents away without an event for each. Of one collection the last alone is read:
only behind it a stream of that collection can begin again."""

NAMES_ALONE: Final[Document] = {
    "$set": {
        "updateDescription.updatedFields": {
            "$map": {
                "input": {"$objectToArray": "$updateDescription.updatedFields"},
                "in": "$$this.k",
            }
        }
    }
}
"""Which fields were written: their values are in the document, and would be sent twice."""

OPERATION_TYPES: Final = {
    "insert": ("insert",),
    "update": ("update", "replace"),
    "delete": ("delete",),
}


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """What `watch` is given; `collection` is None where the whole database is watched."""

    collection: str | None
    pipeline: list[Document]
    full_document: str
    full_document_before_change: str | None


def compile_changes(watching: ChangeQuery, with_images: Collection[str]) -> WatchCommand:
    """The command of a stream.

    Args:
        watching: what is watched.
        with_images: the collections that keep images of changed documents.
    """
    collections = [watched.model.db_name for watched in watching.models]
    imaged = [name for name in collections if name in with_images]
    if watching.need_images:
        images = ("required", "required")
    elif len(imaged) == len(collections):
        images = ("whenAvailable", "whenAvailable")
    else:
        images = ("updateLookup", "whenAvailable" if imaged else "")
    return WatchCommand(
        collections[0] if len(collections) == 1 else None,
        [{"$match": _kinds(watching, collections)}, *_wheres(watching), NAMES_ALONE],
        images[0],
        images[1] or None,
    )


def _kinds(watching: ChangeQuery, collections: list[str]) -> Document:
    """Plain conditions first, alone: the server looks for these in the oplog itself."""
    types = [kind for name in watching.operations for kind in OPERATION_TYPES[name]]
    wanted: Document = {"operationType": {"$in": sorted(types)}}
    if len(collections) > 1:
        wanted["ns.coll"] = {"$in": collections}
    return {"$or": [wanted, _ending(watching)]}


def _ending(watching: ChangeQuery) -> Document:
    kinds = ENDINGS if len(watching.models) > 1 else ENDINGS[-1:]
    return {"operationType": {"$in": list(kinds)}}


def _wheres(watching: ChangeQuery) -> list[Document]:
    if all(watched.where == EVERYTHING for watched in watching.models):
        return []
    kinds: list[Document] = [_ending(watching)]
    for watched in watching.models:
        alone = len(watching.models) == 1
        kinds += [
            condition if alone else {"ns.coll": watched.model.db_name, "$and": [condition]}
            for condition in _where(watched)
        ]
    return [{"$match": {"$or": kinds}}]


def _where(watched: WatchedModel) -> list[Document]:
    """An event's document may be absent, which is no document without values."""
    places = (KEY,) if watched.is_keyed else (AFTER, BEFORE)
    return [
        {"$and": [{place: {"$type": "object"}}, compile_filter(moved, [])]}
        for place in places
        for moved in (prefixed(watched.where, (place,)),)
    ]
