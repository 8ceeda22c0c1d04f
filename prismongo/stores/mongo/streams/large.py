"""Events that are larger than a reply may be: what can still be read of them.

Every server can send such an event without its documents. If the fields that a filter compares are
too large together, it cannot evaluate the filter: then large events are found by their size.

MongoDB 7.0, and 6.0 from 6.0.9 on, can
also send it in fragments, with `$changeStreamSplitLargeEvent` as the last stage; other servers
refuse the stage. The tokens of fragments continue only streams that have this stage, so they are
not used.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/changeStreamSplitLargeEvent/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from prismongo.stores.mongo.compile.changes import AFTER, BEFORE, KEY
from prismongo.stores.mongo.compile.commands import Document

OVERSIZED: Final = "isOversized"
"""A field that `WITHOUT_DOCUMENTS` adds."""

WITHOUT_DOCUMENTS: Final[Document] = {
    "$project": {
        **dict.fromkeys(("operationType", "ns", "to", KEY, "clusterTime", "wallTime"), 1),
        "updateDescription": 1,  # names only, see `WITHOUT_VALUES`
        OVERSIZED: {"$literal": True},
    }
}

LARGE: Final = 16_000_000
"""Bytes of the documents of every event that is too large (16,793,600), and of few others."""

ONLY_LARGE: Final[tuple[Document, ...]] = (
    {
        "$set": {
            OVERSIZED: {
                "$gt": [
                    {
                        "$sum": [
                            {"$bsonSize": {"$ifNull": [f"${at}", {}]}} for at in (AFTER, BEFORE)
                        ]
                    },
                    LARGE,
                ]
            }
        }
    },
    {"$unset": [AFTER, BEFORE]},
    {"$match": {OVERSIZED: True}},
)
"""Large events without their documents. The order matters: `$match` cannot see two large ones."""

IN_FRAGMENTS: Final[Document] = {"$changeStreamSplitLargeEvent": {}}

SPLIT: Final = "splitEvent"
"""In a fragment: `{fragment: 1, of: 2}`."""


class Fragments(Protocol):
    """An open stream with the stage `IN_FRAGMENTS`."""

    async def try_next(self) -> Mapping[str, Any] | None:
        """The next fragment, or an event that was not split; None if there is none for a while."""


async def read_fragments(stream: Fragments) -> Document:
    """The next event of a stream, made whole again. It has the token of its last fragment."""
    event: Document = {}
    while True:
        fragment = await stream.try_next()
        if fragment is None:
            continue
        event |= fragment
        split = event.pop(SPLIT, None)
        if split is None or split["fragment"] == split["of"]:
            return event
