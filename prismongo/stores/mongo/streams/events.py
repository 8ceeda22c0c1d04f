"""What a change stream says → Event; tokens as text.

Source: MongoDB manual, "Change Events".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bson import Timestamp

from prismongo.query.nodes.changes import ChangeType
from prismongo.schema.datamodel import Model
from prismongo.stores.changes import ChangeEvent, Position
from prismongo.stores.mongo.compile.changes import AFTER, BEFORE, END_TYPES, KEY
from prismongo.stores.mongo.compile.commands import Document

_OPERATIONS: Final[Mapping[str, ChangeType]] = {
    "insert": "insert",
    "update": "update",
    "replace": "update",
    "delete": "delete",
}


def is_end(document: Document) -> bool:
    """Whether it tells that a collection, or the stream, has come to its end."""
    return document["operationType"] in END_TYPES


def read_event(document: Document, models: Mapping[str, Model], token: str) -> ChangeEvent:
    """The event that a change stream's document tells of.

    Args:
        document: of an insert, update, replace or delete.
        models: by collection.
        token: the document's own, as text.
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
        position=position_of(moment),
        time=_utc(document.get("wallTime") or moment.as_datetime()),
    )


def position_of(moment: Timestamp) -> Position:
    """The place of a server's logical time: seconds, and a count within the second."""
    return moment.time, moment.inc


def _utc(moment: datetime) -> datetime:
    """Rows have dates in UTC without saying so."""
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
    """When the event of a token happened, in the server's logical time.

    A token is the server's KeyString of its parts, the first of which is a timestamp (`82`); so
    tokens are in the order of events, as texts too.

    Raises:
        ValueError: the text is no token.
    """
    if not text.startswith("82"):
        raise ValueError("not a token of a change stream")
    moment = bytes.fromhex(text[2:18])
    return Timestamp(int.from_bytes(moment[:4]), int.from_bytes(moment[4:]))
