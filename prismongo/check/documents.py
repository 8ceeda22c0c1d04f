"""Reads stored documents and counts those that do not fit the schema, by model and field."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bson.errors import BSONError
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from prismongo.check.orphans import relations_of
from prismongo.query.decode.conformance import Misfit, misfits_of
from prismongo.query.nodes.rows import Unreadable
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.mongo.errors import translate
from prismongo.stores.mongo.push.inspect import Database
from prismongo.stores.undecodable import STORED, decode_each

EXAMPLES: Final = 3
LONGEST_ID: Final = 60  # characters


@dataclass(slots=True)
class Misfits:
    """One problem of a field, and the documents that have it.

    Attributes:
        misfit: the field, what is wrong with it, and the types.
        documents: the number of documents with it.
        ids: the ids of the first of them, as text.
    """

    misfit: Misfit
    documents: int = 0
    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ModelFit:
    """The result for one model: the number of documents read, the most frequent problems first."""

    model: str
    collection: str
    read: int
    misfits: tuple[Misfits, ...]


async def check_documents(
    database: Database, datamodel: Datamodel, sample: int
) -> tuple[ModelFit, ...]:
    """Read `sample` random documents of each model; all if there are fewer.

    Raises:
        prisma.errors.PrismaError: the server does not answer, or refuses.
    """
    models = [model for model in datamodel.models if not model.ignored]
    try:
        return tuple([await _check_model(database, datamodel, model, sample) for model in models])
    except (PyMongoError, BSONError) as error:
        raise translate(error, None, datamodel) from error


async def _check_model(
    database: Database, datamodel: Datamodel, model: Model, sample: int
) -> ModelFit:
    fit, read, found = misfits_of(datamodel, model), 0, dict[Misfit, Misfits]()
    collection = database.get_collection(model.db_name, codec_options=STORED)
    relations = relations_of(datamodel, model)
    async for stored in _rows(collection, model, sample):
        read += 1
        (row,) = decode_each([stored], model)
        for misfit in _undecodable(row) if isinstance(row, Unreadable) else fit(row):
            _count(found, misfit, row["_id"])
        if not isinstance(row, Unreadable):
            for relation in relations:
                relation.add(row)
    for relation in relations:
        for value in await relation.found(database):
            _count(found, relation.misfit, value)
    by_number = sorted(found.values(), key=lambda each: (-each.documents, each.misfit.field))
    return ModelFit(model.name, model.db_name, read, tuple(by_number))


def _count(found: dict[Misfit, Misfits], misfit: Misfit, value: Any) -> None:
    misfits = found.setdefault(misfit, Misfits(misfit))
    misfits.documents += 1
    if len(misfits.ids) < EXAMPLES:
        misfits.ids.append(_text(value))


def _undecodable(row: Unreadable) -> Iterator[Misfit]:
    """The field whose text is not UTF-8; no other one of the document is looked at."""
    meta = row.error.meta
    yield Misfit(meta["field"], "wrong type", meta["stored_type"], "UTF-8")


def _text(value: Any) -> str:
    """An id as text, without control characters for a terminal."""
    text = str(value)[:LONGEST_ID]
    return text if text.isprintable() else ascii(text)


async def _rows(
    collection: AsyncCollection[dict[str, Any]], model: Model, sample: int
) -> AsyncIterator[dict[str, Any]]:
    fields = {field.db_name: 1 for field in model.stored_fields}
    if sample < await collection.estimated_document_count():
        chosen = [{"$sample": {"size": sample}}, {"$project": fields}]
        cursor = await collection.aggregate(chosen, allowDiskUse=True)
        async with cursor:
            async for row in cursor:
                yield row
    else:
        async for row in collection.find({}, fields, limit=sample):
            yield row
