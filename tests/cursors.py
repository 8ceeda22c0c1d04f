"""The cursors that a server has open, seen from outside."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient


def open_cursors(client: MongoClient[dict[str, Any]], namespace: str) -> set[int]:
    """The ids of the cursors of a collection (`database.Collection`), or of a `database.`

    A cursor that is read while the server looks for cursors is found twice: ids tell.
    """
    found = client.admin.aggregate([{"$currentOp": {"idleCursors": True}}])
    return {
        each["cursor"]["cursorId"]
        for each in found
        if "cursor" in each and str(each.get("ns", "")).startswith(namespace)
    }
