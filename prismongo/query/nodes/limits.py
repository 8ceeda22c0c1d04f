"""Limits: what one transaction of MongoDB holds safely.

MongoDB keeps what a transaction writes in its cache, with an entry for each index. Beyond some size
it aborts the transaction: TransactionTooLargeForCache, or a write conflict that never ends. These
limits hold on a server with the smallest cache (256 MB) and six indexes on the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
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

_AT_ONCE: Final = 20
"""So many documents are encoded together: they and their list are in memory at once."""
_SIZE: Final = Struct("<i")
_FAILURES: Final = (BSONError, UnicodeEncodeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some new documents.

    Attributes:
        documents: as they were given.
        encoded: the same in BSON; None if BSON cannot hold one of them, which the store reports.
        size: of all of them, in bytes.
    """

    documents: tuple[dict[str, Any], ...]
    encoded: tuple[bytes, ...] | None
    size: int


def portions_of(documents: Sequence[dict[str, Any]]) -> list[Portion]:
    """The documents in portions, in their order."""
    encoded = list(_each_encoded(documents))
    found: list[Portion] = []
    start = size = 0
    for index, own in enumerate(map(len, encoded)):
        is_full = index - start == TRANSACTION_RECORDS or size + own > TRANSACTION_BYTES
        if is_full and index > start:
            found.append(_portion(documents[start:index], encoded[start:index], size))
            start, size = index, 0
        size += own
    found.append(_portion(documents[start:], encoded[start:], size))
    return found


def size_of(documents: Sequence[dict[str, Any]]) -> int:
    """The size of the documents, in bytes."""
    return sum(map(len, _each_encoded(documents)))


def _portion(documents: Sequence[dict[str, Any]], encoded: list[bytes], size: int) -> Portion:
    return Portion(tuple(documents), tuple(encoded) if all(encoded) else None, size)


def _each_encoded(documents: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """The documents in BSON; no bytes for one that BSON cannot hold.

    Several are encoded as one list and cut apart, which takes two thirds of the time.
    """
    for start in range(0, len(documents), _AT_ONCE):
        some = documents[start : start + _AT_ONCE]
        try:
            yield from _cut(bson.encode({"": some}))
        except (*_FAILURES, ValueError):  # this if BSON cannot hold all of them
            yield from map(_encoded, some)


def _cut(encoded: bytes) -> list[bytes]:
    """The documents in `{"": [document, …]}`."""
    found: list[bytes] = []
    at, end = 10, len(encoded) - 2
    while at < end:
        at = encoded.index(b"\0", at) + 1  # behind the type and the number of an element
        (size,) = _SIZE.unpack_from(encoded, at)
        found.append(encoded[at : at + size])
        at += size
    return found


def _encoded(document: dict[str, Any]) -> bytes:
    """The document in BSON; no bytes if BSON cannot hold it."""
    try:
        return bson.encode(document)
    except _FAILURES:
        return b""
