"""compile, change streams: ChangeQuery → the pipeline after `$changeStream`, and its options.

The filter is that of `find`, with the paths of the documents in an event. It is compared with the
new document of an insert, with the old one of a delete, and with both of an update: so consumers
see when a record begins or ceases to match.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from prismongo.query.nodes.changes import ChangeQuery, WatchedModel
from prismongo.query.nodes.filters import EVERYTHING
from prismongo.query.nodes.prefixed import prefixed
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.compile.filter import compile_filter

AFTER: Final = "fullDocument"
BEFORE: Final = "fullDocumentBeforeChange"
KEY: Final = "documentKey"

END_TYPES: Final = ("drop", "rename", "invalidate")
"""Events that end a collection without an event per document. If one collection is watched, only
the last one is read: a stream can resume only after it."""

WITHOUT_VALUES: Final[Document] = {
    "$set": {
        "updateDescription.updatedFields": {
            "$map": {
                "input": {"$objectToArray": "$updateDescription.updatedFields"},
                "in": "$$this.k",
            }
        }
    }
}
"""Sends only the names of the updated fields: the document of the event has their values."""

OPERATION_TYPES: Final = {
    "insert": ("insert",),
    "update": ("update", "replace"),
    "delete": ("delete",),
}


@dataclass(frozen=True, slots=True)
class ChangeStreamCommand:
    """The arguments of `watch`.

    Attributes:
        collection: None if the whole database is watched.
        pipeline: the stages after `$changeStream`.
        unfiltered: the same without the filters on documents.
        filters: the filters in two stages, on the new and on the old document: an event matches if
            one of them does. Empty if there are no filters.
    """

    collection: str | None
    pipeline: list[Document]
    unfiltered: list[Document]
    filters: tuple[Document, ...]
    full_document: str
    full_document_before_change: str | None


def compile_change_query(query: ChangeQuery, with_images: Collection[str]) -> ChangeStreamCommand:
    """The command that opens a stream.

    Args:
        query: what is watched.
        with_images: the collections that keep images of changed documents.
    """
    collections = [watched.model.db_name for watched in query.models]
    imaged = [name for name in collections if name in with_images]
    if query.need_images:
        images = ("required", "required")
    elif len(imaged) == len(collections):
        images = ("whenAvailable", "whenAvailable")
    else:
        images = ("updateLookup", "whenAvailable" if imaged else "")
    types: Document = {"$match": _type_condition(query, collections)}
    has_filters = any(watched.where != EVERYTHING for watched in query.models)
    filters = [_filter(query, AFTER, BEFORE)] if has_filters else []
    return ChangeStreamCommand(
        collections[0] if len(collections) == 1 else None,
        [types, *filters, WITHOUT_VALUES],
        [types, WITHOUT_VALUES],
        tuple(_filter(query, place) for place in (AFTER, BEFORE) if has_filters),
        images[0],
        images[1] or None,
    )


def _type_condition(query: ChangeQuery, collections: list[str]) -> Document:
    """A condition on the type of the event and on the collection, which the oplog can evaluate."""
    types = [kind for name in query.operations for kind in OPERATION_TYPES[name]]
    wanted: Document = {"operationType": {"$in": sorted(types)}}
    if len(collections) > 1:
        wanted["ns.coll"] = {"$in": collections}
    return {"$or": [wanted, _end_condition(query)]}


def _end_condition(query: ChangeQuery) -> Document:
    kinds = END_TYPES if len(query.models) > 1 else END_TYPES[-1:]
    return {"operationType": {"$in": list(kinds)}}


def _filter(query: ChangeQuery, *places: str) -> Document:
    kinds: list[Document] = [_end_condition(query)]
    for watched in query.models:
        alone = len(query.models) == 1
        kinds += [
            condition if alone else {"ns.coll": watched.model.db_name, "$and": [condition]}
            for condition in _where(watched, places)
        ]
    return {"$match": {"$or": kinds}}


def _where(watched: WatchedModel, places: tuple[str, ...]) -> list[Document]:
    """The conditions on the documents of an event; each requires that the document exists."""
    return [
        {"$and": [{place: {"$type": "object"}}, compile_filter(moved, [])]}
        for place in ((KEY,) if watched.is_keyed else places)
        for moved in (prefixed(watched.where, (place,)),)
    ]
