"""The cursors that a server has open, seen from outside."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient

_LOOKS = 3


def open_cursors(client: MongoClient[dict[str, Any]], namespace: str) -> set[int]:
    """The ids of the cursors of a collection (`database.Collection`), or of a `database.`

    The server lists running operations first and idle cursors then. A cursor whose read ends
    in between is found twice, and one whose read begins in between is not found: ids tell the
    first, several looks the second.
    """
    return {cursor for _ in range(_LOOKS) for cursor in _found(client, namespace)}


def _found(client: MongoClient[dict[str, Any]], namespace: str) -> set[int]:
    found = client.admin.aggregate([{"$currentOp": {"idleCursors": True}}])
    return {
        each["cursor"]["cursorId"]
        for each in found
        if "cursor" in each and str(each.get("ns", "")).startswith(namespace)
    }
