"""Replies to `find`, split by the accelerator: the one place that knows these seams of the driver.

The driver sends, retries and keeps sessions as ever; a cursor of ours only unpacks the reply, and a
class of ours is what a command answers. Where the driver has another seam than those known here,
its own cursor and dicts serve. Imported only where the accelerator is in use.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import bson
from bson import CodecOptions, ObjectId
from bson.errors import InvalidBSON
from pymongo.asynchronous.cursor import AsyncCursor

from prismongo.native import _rows
from prismongo.stores.rows import ROWS

SEAM: Final = (
    *("self", "response", "cursor_id", "codec_options"),
    *("user_fields", "legacy_response"),
)
"""The parameters of `AsyncCursor._unpack_response`, in PyMongo 4.13 to 4.20."""

READING: Final = (
    *("__contains__", "__eq__", "__iter__", "__len__", "__ne__", "__or__", "__repr__"),
    *("__reversed__", "__ror__", "copy", "items", "keys", "values"),
)
"""The methods of a dict that need all values."""

CHANGING: Final = ("__ior__", "clear", "pop", "popitem", "setdefault", "update")
"""The methods of a dict after which its values are not those that were stored."""


def is_seam(unpack: Callable[..., Any] | None) -> bool:
    """Whether a method of a cursor is the one that `StoredRows` overrides."""
    return unpack is not None and tuple(inspect.signature(unpack).parameters) == SEAM


def gives_bytes() -> bool:
    """Whether the driver gives the bytes of a reply to `StoredReply`."""
    try:
        return type(bson.decode(bson.encode({}), REPLIES)) is StoredReply
    except (TypeError, InvalidBSON):
        return False


BYTES: Final = 101
"""The `_type_marker` of RawBSONDocument: the driver gives such a class the bytes of a document, and
takes them from `raw` where it encodes one."""


class _Encoded(dict[str, Any]):
    """What the driver's encoder would not ask for its values as a dict is asked."""

    __slots__ = ()
    _type_marker = BYTES

    @property
    def raw(self) -> bytes:
        """The values in BSON."""
        return bson.encode(dict(self))


class StoredRow(_rows.Row, _Encoded):
    """A row of a reply, which decodes a value, or all of them, when it is asked for."""

    __slots__ = ()
    object_id = ObjectId

    @staticmethod
    def decoded(document: bytes) -> dict[str, Any]:
        """A document as the driver decodes it."""
        return bson.decode(document, ROWS)


def _after(prepare: Callable[[_rows.Row], None], name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def call(self: StoredRow, *args: Any, **named: Any) -> Any:
        prepare(self)
        return method(self, *args, **named)

    return call


for _name in READING:
    setattr(StoredRow, _name, _after(_rows.Row.fill, _name))
for _name in CHANGING:
    setattr(StoredRow, _name, _after(_rows.Row.detach, _name))


class StoredReply(_Encoded):
    """A reply of which the rows are bytes until they are read; all else is decoded.

    It is a dict, because the driver asks dicts alone what an error says.

    Args:
        document: the bytes of the reply.
        options: the codec options; the driver gives them, and they are `ROWS`.
    """

    def __init__(self, document: bytes, options: object = None) -> None:
        parts = _rows.split(document, StoredRow)
        if parts is None:
            super().__init__(bson.decode(document, ROWS))
            return
        rest, name, rows = parts
        super().__init__(bson.decode(rest, ROWS))
        self["cursor"][name] = rows


REPLIES: Final[CodecOptions[Any]] = ROWS.with_options(document_class=StoredReply)
"""The codec options of commands whose replies are `StoredReply`s."""


class StoredRows(AsyncCursor[dict[str, Any]]):
    """A cursor whose rows are bytes until they are read."""

    def _unpack_response(
        self,
        response: Any,
        cursor_id: int | None,
        codec_options: Any,
        user_fields: Any = None,
        legacy_response: bool = False,
    ) -> Any:
        return [StoredReply(response.raw_command_response())]
