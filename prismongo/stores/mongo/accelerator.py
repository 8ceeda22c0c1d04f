"""Whether the accelerator reads what a server answers, and the cursor that does so."""

from __future__ import annotations

from typing import Literal

from pymongo.asynchronous.cursor import AsyncCursor

from prismongo import native
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.rows import ROWS
from prismongo.stores.undecodable import Options

State = native.State | Literal["driver not known"]
"""`driver not known`: this PyMongo has not the seams of `replies.py`."""


def state() -> State:
    """Whether the accelerator is in use, and why it is not."""
    here = native.state()
    if here == "in use" and cursor_of_rows() is AsyncCursor:
        return "driver not known"
    return here


def cursor_of_rows() -> type[AsyncCursor[Document]]:
    """The accelerator's cursor, where it is in use and knows the driver; else the driver's own."""
    if native.state() == "in use":
        from prismongo.stores.mongo.replies import StoredRows, gives_bytes, is_seam

        if is_seam(getattr(AsyncCursor, "_unpack_response", None)) and gives_bytes():
            return StoredRows
    return AsyncCursor


def options_of_replies(cursor: type[AsyncCursor[Document]]) -> Options:
    """The codec options of commands: with rows of the accelerator, if that is its cursor."""
    if cursor is AsyncCursor:
        return ROWS
    from prismongo.stores.mongo.replies import REPLIES

    return REPLIES
