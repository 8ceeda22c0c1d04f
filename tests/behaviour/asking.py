"""Asking an engine by GraphQL: what the one root of a document answers, or how it fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prisma.errors import DataError

from prismongo.engine import MongoEngine


async def ask(engine: MongoEngine, query: str) -> Any:
    """What the document's root answers."""
    content = json.dumps({"query": query, "variables": {}})
    answer = await engine.query(content, tx_id=None)
    (found,) = answer["data"].values()
    return found


async def refused(engine: MongoEngine, query: str) -> DataError:
    """The error that the document ends with."""
    with pytest.raises(DataError) as caught:
        await ask(engine, query)
    return caught.value
