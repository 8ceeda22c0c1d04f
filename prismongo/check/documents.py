"""Reads stored documents and counts those that do not fit the schema, by model and field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from prismongo.check.orphans import relations_of
from prismongo.check.unknown import Stored, shown
from prismongo.query.decode.conformance import Misfit, misfits_of
from prismongo.query.errors.stored import TOO_DEEP, has_bad_text
from prismongo.query.nodes.rows import Row, Unreadable
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.mongo.errors import translate
from prismongo.stores.mongo.push.inspect import Database
from prismongo.stores.mongo.sampling import sampled
from prismongo.stores.undecodable import STORED, decode_each

Collection: TypeAlias = AsyncCollection[Any]

EXAMPLES: Final = 3


class NoId:
    """In place of the id, which a view may leave out; each record has one of its own."""


@dataclass(slots=True)
class Misfits:
    """One problem of a field, and the documents that have it.

    Attributes:
        misfit: the field, what is wrong with it, and the types.
        documents: the number of documents with it.
        ids: the ids of the first of them, as text; none of a view that leaves them out.
    """

    misfit: Misfit
    documents: int = 0
    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ModelFit:
    """The result for one model.

    Attributes:
        read: the number of documents that were read.
        misfits: the problems, the most frequent ones first.
        unstored: the fields that none of the documents has, if any were read.
    """

    model: str
    collection: str
    read: int
    misfits: tuple[Misfits, ...]
    unstored: tuple[str, ...] = ()


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
    collection: Collection = database.get_collection(model.db_name, codec_options=STORED)
    relations, fields = relations_of(datamodel, model), Stored(datamodel, model)
    # Whole documents: a field that the schema does not know has to be seen.
    async for stored in sampled(collection, sample, await collection.estimated_document_count()):
        read += 1
        row = _decoded(model, stored)
        name = row["_id"] if "_id" in row else NoId()
        if isinstance(row, Unreadable):
            _count_all(found, _undecodable(row), name)
            continue
        _count_all(found, [*fit(row), *fields.unknown(row)], name)
        for relation in relations:
            relation.add(row, name)
    for relation in relations:
        for value in await relation.found(database):
            _count(found, relation.misfit, value)
    by_number = sorted(found.values(), key=lambda each: (-each.documents, each.misfit.field))
    unstored = tuple(fields.unstored.values()) if read else ()
    return ModelFit(model.name, model.db_name, read, tuple(by_number), unstored)


def _decoded(model: Model, stored: RawBSONDocument) -> Row:
    """The document; only its fields of the schema, if another one has a text that is not UTF-8."""
    (row,) = decode_each([stored], model)
    if not isinstance(row, Unreadable) or _is_too_deep(row):
        return row
    names = (each.db_name for each in model.stored_fields)
    known = {name: row.known[name] for name in names if name in row.known}
    return row if has_bad_text(known) else known


def _is_too_deep(row: Unreadable) -> bool:
    return bool(row.error.meta["stored_type"] == TOO_DEEP)


def _count_all(found: dict[Misfit, Misfits], misfits: Iterable[Misfit], value: Any) -> None:
    for misfit in misfits:
        _count(found, misfit, value)


def _count(found: dict[Misfit, Misfits], misfit: Misfit, value: Any) -> None:
    misfits = found.setdefault(misfit, Misfits(misfit))
    misfits.documents += 1
    if len(misfits.ids) < EXAMPLES and not isinstance(value, NoId):
        misfits.ids.append(shown(value))


def _undecodable(row: Unreadable) -> Iterator[Misfit]:
    """The field that cannot be decoded; no other one of the document is looked at."""
    meta = row.error.meta
    wanted = "less depth" if _is_too_deep(row) else "UTF-8"
    yield Misfit(meta["field"], "wrong type", meta["stored_type"], wanted)
