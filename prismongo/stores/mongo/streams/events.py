"""Documents of a change stream → ChangeEvent, and tokens as texts.

Source: MongoDB manual, "Change Events".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import bson
from bson import Timestamp
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from prismongo.query.errors.stored import has_bad_text, not_decodable
from prismongo.query.nodes.changes import ChangeType
from prismongo.query.nodes.rows import Unreadable
from prismongo.schema.datamodel import Model
from prismongo.stores.changes import ChangeEvent, ClusterTime
from prismongo.stores.mongo.compile.changes import AFTER, BEFORE, END_TYPES, KEY
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.streams.large import OVERSIZED
from prismongo.stores.rows import ROWS
from prismongo.stores.undecodable import decode_leniently

_OPERATIONS: Final[Mapping[str, ChangeType]] = {
    "insert": "insert",
    "update": "update",
    "replace": "update",
    "delete": "delete",
}


def decode_event(stored: RawBSONDocument, models: Mapping[str, Model]) -> Document:
    """The document of an event. A record in it that cannot be decoded is an `Unreadable`.

    Args:
        stored: the document, as bytes.
        models: by collection.
    """
    try:
        return bson.decode(stored.raw, ROWS)
    except BSONError:
        document = decode_leniently(bytes(stored.raw))
    model = models[document["ns"]["coll"]]
    records = {place: document.get(place) for place in (AFTER, BEFORE)}
    return document | {
        place: Unreadable(not_decodable(model, record), record)
        for place, record in records.items()
        if record is not None and has_bad_text(record)
    }


def is_end(document: Document) -> bool:
    """Whether the collection, or the stream, has ended."""
    return document["operationType"] in END_TYPES


def read_event(document: Document, models: Mapping[str, Model], token: str) -> ChangeEvent:
    """The event of a document of a change stream.

    Args:
        document: of an insert, update, replace or delete.
        models: by collection.
        token: the token of the document, as a text.
    """
    kind = document["operationType"]
    moment: Timestamp = document["clusterTime"]
    return ChangeEvent(
        operation=_OPERATIONS[kind],
        model=models[document["ns"]["coll"]],
        id=document[KEY]["_id"],
        before=document.get(BEFORE),
        after=document.get(AFTER),
        changed=None if kind == "replace" else _changed(document.get("updateDescription") or {}),
        token=token,
        cluster_time=cluster_time_of(moment),
        time=_utc(document.get("wallTime") or moment.as_datetime()),
        is_oversized=document.get(OVERSIZED, False),
    )


def cluster_time_of(moment: Timestamp) -> ClusterTime:
    """Seconds, and a counter in the second."""
    return moment.time, moment.inc


def _utc(moment: datetime) -> datetime:
    """Dates of rows are in UTC, without a time zone."""
    return moment.replace(tzinfo=UTC)


def _changed(description: Mapping[str, Any]) -> tuple[str, ...]:
    paths = (
        *(description.get("updatedFields") or ()),  # null, where nothing was updated
        *description.get("removedFields", ()),
        *(each["field"] for each in description.get("truncatedArrays", ())),
    )
    return tuple(dict.fromkeys(path.split(".", 1)[0] for path in paths))


# --- tokens: `_data` is hexadecimal, `_typeBits` is there for ids that are numbers ---


def token_text(token: Mapping[str, Any]) -> str:
    """A server's resume token as one text."""
    bits = token.get("_typeBits")
    return str(token["_data"]) + (f".{bytes(bits).hex()}" if bits else "")


def stored_token(text: str) -> Document:
    """The server's resume token of a text.

    Raises:
        ValueError: the text is no token.
    """
    data, _, bits = text.partition(".")
    token_moment(text)
    return {"_data": data, "_typeBits": bytes.fromhex(bits)} if bits else {"_data": data}


def token_moment(text: str) -> Timestamp:
    """The time of the event of a token, in the server's logical time.

    A token is a KeyString of the server that begins with a timestamp (`82`). So tokens, as texts,
    have the order of their events.

    Raises:
        ValueError: the text is no token.
    """
    if not text.startswith("82"):
        raise ValueError("not a token of a change stream")
    moment = bytes.fromhex(text[2:18])
    return Timestamp(int.from_bytes(moment[:4]), int.from_bytes(moment[4:]))
