"""Limits: what one transaction of MongoDB holds safely.

MongoDB keeps what a transaction writes in its cache, with an entry for each index. Beyond some size
it aborts the transaction: TransactionTooLargeForCache, or a write conflict that never ends. These
limits hold on a server with the smallest cache (256 MB) and six indexes on the collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import bson
from bson.errors import BSONError

TRANSACTION_RECORDS: Final = 5_000
"""The most records that one portion, or one transaction, writes by calls for many records."""

TRANSACTION_BYTES: Final = 8 * 1024 * 1024
"""The most bytes of new documents in one portion, or in one transaction. One document alone may be
larger."""

UNCOUNTED: Final = 100
"""A nested write of no more records is not counted."""

FEW: Final = 100
"""How many documents are encoded at once, to see how large they are."""

Portion = tuple[tuple[dict[str, Any], ...], int]
"""Some documents, and their size in bytes."""


def portions_of(documents: Sequence[dict[str, Any]]) -> list[Portion]:
    """The documents in portions, in their order."""
    if len(documents) <= TRANSACTION_RECORDS and (size := size_of(documents)) <= TRANSACTION_BYTES:
        return [(tuple(documents), size)]
    found: list[Portion] = []
    start = size = 0
    for index, document in enumerate(documents):
        own = _size(document)
        is_full = index - start == TRANSACTION_RECORDS or size + own > TRANSACTION_BYTES
        if is_full and index > start:
            found.append((tuple(documents[start:index]), size))
            start, size = index, 0
        size += own
    found.append((tuple(documents[start:]), size))
    return found


def size_of(documents: Sequence[dict[str, Any]]) -> int:
    """The size of the documents, in bytes."""
    return sum(
        _size_of_few(documents[start : start + FEW]) for start in range(0, len(documents), FEW)
    )


def _size_of_few(documents: Sequence[dict[str, Any]]) -> int:
    """The size of so many documents as are encoded at once, which takes a third of the time."""
    try:
        size = len(bson.encode({"": documents}))
    except (BSONError, UnicodeEncodeError, OverflowError, RecursionError):
        return sum(map(_size, documents))
    # 12 bytes are those of the array and of what holds it; an element's type and name are its own
    return size - 12 - sum(2 + len(str(number)) for number in range(len(documents)))


def _size(document: dict[str, Any]) -> int:
    """The bytes of a document in BSON; 0 if BSON cannot hold it, which the store reports."""
    try:
        return len(bson.encode(document))
    except (BSONError, UnicodeEncodeError, OverflowError):
        return 0
