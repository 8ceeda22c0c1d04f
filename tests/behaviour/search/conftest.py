"""The engine with some posts, on a server and in memory."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.behaviour.search.posts import BODIES, SCHEMA
from tests.engines import EngineFor


@pytest.fixture
async def engine(pushed_for: EngineFor, raw: Database[dict[str, Any]]) -> MongoEngine:
    made = await pushed_for(SCHEMA)
    raw["Author"].insert_many(
        [
            {"_id": 1, "name": "Ada Watt", "about": "writes on steam"},
            {"_id": 2, "name": "Bea", "about": "likes Watt"},
            {"_id": 3, "name": "Cy", "about": "sails"},
        ]
    )
    raw["Tag"].insert_many([{"_id": 1, "name": "old", "postIds": [1, 3]}])
    raw["Post"].insert_many(
        [
            {
                "_id": number,
                "slug": f"s{number}",
                "views": number,
                "stars": number % 2,
                "authorId": 1 + number % 2,
                "tagIds": [1] if number in (1, 3) else [],
            }
            | ({} if text is None else {"body": text})
            for number, text in BODIES.items()
        ]
    )
    return made
