"""Decodes a ChangeEvent of a store into a Change, with the codecs that queries use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prisma.errors import DataError
from pydantic import BaseModel

from prismongo.changes.change import Change
from prismongo.errors import data_error
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.shapes import Shape
from prismongo.query.nodes.changes import ChangeQuery
from prismongo.query.values.bson_types import bson_type
from prismongo.query.values.scalars import SCALARS
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.changes import ChangeEvent


class ChangeDecoder:
    """Makes the changes of one stream.

    Args:
        datamodel: the schema.
        query: the query of the stream.
        shapes: the classes of the watched models, in their order.
    """

    def __init__(self, datamodel: Datamodel, query: ChangeQuery, shapes: Sequence[Shape]) -> None:
        decoder = Decoder(datamodel)
        self._readers = {
            watched.model.name: decoder.records(watched.selected, shape.form)
            for watched, shape in zip(query.models, shapes, strict=True)
        }

    def change(self, event: ChangeEvent) -> Change[BaseModel]:
        """The change for an event.

        Raises:
            DataError: P2023 or P2032, the stored document does not fit the schema.
        """
        read = self._readers[event.model.name]
        return Change(
            operation=event.operation,
            model=event.model.name,
            id=_id(event),
            after=None if event.after is None else read(event.after),
            before=None if event.before is None else read(event.before),
            updated_fields=_updated(event),
            token=event.token,
            time=event.time,
            is_oversized=event.is_oversized,
        )


def _id(event: ChangeEvent) -> Any:
    field = event.model.id_field
    try:
        return SCALARS[field.type].python(event.id)
    except ValueError:
        raise _wrong_id(event) from None


def _updated(event: ChangeEvent) -> frozenset[str]:
    if event.operation != "update":
        return frozenset()
    names = _schema_names(event.model)
    if event.changed is None:
        return frozenset(names.values())
    return frozenset(names[name] for name in event.changed if name in names)


def _schema_names(model: Model) -> dict[str, str]:
    return {field.db_name: field.name for field in model.stored_fields if not field.ignored}


def _wrong_id(event: ChangeEvent) -> DataError:
    field = event.model.id_field
    kind = bson_type(event.id)
    return data_error(
        "P2023",
        f"Inconsistent column data: a stored value of {event.model.name}.{field.name} is of BSON "
        f"type `{kind}`, which is not {field.type}. Correct the document, or the schema.",
        {"model": event.model.name, "field": field.name, "stored_type": kind},
    )
