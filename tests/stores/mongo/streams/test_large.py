"""Fragments of an event that is too large: as MongoDB 7.0, and 6.0 from 6.0.9 on, send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from prismongo.stores.mongo.streams.large import IN_FRAGMENTS, Fragments, read_fragments

BEFORE = {"_id": 1, "content": "a"}
AFTER = {"_id": 1, "content": "b"}
FIRST = {
    "_id": {"_data": "8201"},
    "splitEvent": {"fragment": 1, "of": 2},
    "operationType": "update",
    "documentKey": {"_id": 1},
    "fullDocument": AFTER,
}
SECOND = {
    "_id": {"_data": "8202"},
    "splitEvent": {"fragment": 2, "of": 2},
    "fullDocumentBeforeChange": BEFORE,
}
WHOLE = {
    "_id": {"_data": "8202"},
    "operationType": "update",
    "documentKey": {"_id": 1},
    "fullDocument": AFTER,
    "fullDocumentBeforeChange": BEFORE,
}
UNSPLIT = {"_id": {"_data": "8201"}, "operationType": "insert", "fullDocument": AFTER}


class Replies:
    """What a server's stream gives, one after the other."""

    def __init__(self, replies: Sequence[Mapping[str, Any] | None]) -> None:
        self.left = list(replies)

    async def try_next(self) -> Mapping[str, Any] | None:
        return self.left.pop(0)


CASES: dict[str, tuple[list[Mapping[str, Any] | None], dict[str, Any]]] = {
    "two fragments": ([FIRST, SECOND], WHOLE),
    "nothing for a while": ([None, FIRST, None, None, SECOND], WHOLE),
    "an event that is not split": ([UNSPLIT], UNSPLIT),
}


@pytest.mark.parametrize(("replies", "expected"), CASES.values(), ids=CASES)
async def test_an_event_is_made_whole(
    replies: list[Mapping[str, Any] | None], expected: dict[str, Any]
) -> None:
    stream: Fragments = Replies([*replies, {"operationType": "next"}])
    assert await read_fragments(stream) == expected
    assert await stream.try_next() == {"operationType": "next"}


def test_the_stage() -> None:
    assert IN_FRAGMENTS == {"$changeStreamSplitLargeEvent": {}}
