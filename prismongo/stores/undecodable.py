"""Documents that the driver cannot decode: a text that is not UTF-8 fails a whole reply.

So does one that is nested deeper than Python's stack reaches where it is read.
Then the read is sent again, for documents as bytes (`STORED`), and each is decoded alone.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import bson
from bson import CodecOptions
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from prismongo.query.errors.stored import nested_too_deeply, not_decodable
from prismongo.query.nodes.rows import Row, Unreadable
from prismongo.schema.datamodel import Model
from prismongo.stores.rows import ROWS

Options: TypeAlias = CodecOptions[Any]
STORED: Final[Options] = CodecOptions(document_class=RawBSONDocument)
"""Gives documents as they are stored, as bytes."""

_LENIENT: Final = ROWS.with_options(unicode_decode_error_handler="surrogateescape")


def decode_each(rows: list[Any], model: Model, inner: str | None = None) -> list[Row]:
    """Rows of documents that are bytes; an `Unreadable` for each that cannot be decoded.

    Args:
        rows: the documents.
        model: the model of the documents, or of what they hold under `inner`.
        inner: the name of the record inside the document; None for the document itself.
    """
    return [_decoded(row.raw, model, inner) for row in rows]


def decode_leniently(raw: bytes) -> Row:
    """A document, with the bytes that are not UTF-8 as lone surrogates."""
    return bson.decode(raw, _LENIENT)


def is_too_deep(error: BSONError) -> bool:
    """Whether the driver came to the end of Python's stack, and not to a text that is bad."""
    return "recursion" in str(error)


def _too_deep(raw: bytes, model: Model, inner: str | None) -> Row:
    known = dict(bson.decode(raw, STORED))  # what is nested stays bytes
    whole = known if inner is None else known[inner]
    record = {name: whole[name] for name in ("_id",) if name in whole}
    unreadable = Unreadable(nested_too_deeply(model.name, None, record), record)
    return unreadable if inner is None else {**known, inner: unreadable}


def _decoded(raw: bytes, model: Model, inner: str | None) -> Row:
    try:
        return bson.decode(raw, ROWS)
    except BSONError as error:
        if is_too_deep(error):
            return _too_deep(raw, model, inner)
        known = decode_leniently(raw)
    record = known if inner is None else known[inner]
    unreadable = Unreadable(not_decodable(model, record), record)
    return unreadable if inner is None else {**known, inner: unreadable}
