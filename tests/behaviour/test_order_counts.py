"""Order by a number of elements, and by a number of related records, near and behind relations."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask
from tests.engines import EngineFor

SCHEMA = """
model Ship {
  id      Int    @id @map("_id")
  hull    Hull?
  holds   Hold[]
  ownerId Int?
  owner   Owner? @relation(fields: [ownerId], references: [id])
}

model Owner {
  id       Int       @id @map("_id")
  flags    Hold[]    @map("f")
  ships    Ship[]
  licences Licence[]
}

model Licence {
  id      Int   @id @map("_id")
  ownerId Int
  owner   Owner @relation(fields: [ownerId], references: [id])
}

type Hull {
  decks Hold[] @map("d")
}

type Hold {
  size Int
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[dict[str, Any]]) -> MongoEngine:
    one = {"size": 1}
    raw["Owner"].insert_many(
        [{"_id": 1, "f": [one, one]}, {"_id": 2, "f": []}, {"_id": 3, "f": None}, {"_id": 4}]
    )
    raw["Licence"].insert_many([{"_id": 1, "ownerId": 2}, {"_id": 2, "ownerId": 2}])
    raw["Ship"].insert_many(
        [
            {"_id": 1, "ownerId": 1, "hull": {"d": [one]}, "holds": [one, one, one]},
            {"_id": 2, "ownerId": 2, "hull": {"d": [one, one]}, "holds": []},
            {"_id": 3, "ownerId": 3, "hull": {}},
            {"_id": 4, "ownerId": 4, "hull": None, "holds": [one]},
            {"_id": 5},
        ]
    )
    return await engine_for(SCHEMA)


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ({"holds": {"_count": "desc"}}, [1, 4, 2, 3, 5]),
        ({"hull": {"decks": {"_count": "desc"}}}, [2, 1, 3, 4, 5]),
        ({"hull": {"decks": {"_count": "asc"}}}, [3, 4, 5, 1, 2]),
        ({"owner": {"flags": {"_count": "desc"}}}, [1, 2, 3, 4, 5]),
        ({"owner": {"flags": {"_count": "asc"}}}, [2, 3, 4, 5, 1]),
        ({"owner": {"licences": {"_count": "desc"}}}, [2, 1, 3, 4, 5]),
        ({"owner": {"licences": {"_count": "asc"}}}, [1, 3, 4, 5, 2]),
    ],
)
async def test_nothing_to_count_is_none_of_it(
    engine: MongoEngine, order: Any, ids: list[int]
) -> None:
    ships = await ask(engine, "findMany", "Ship", orderBy=[order, {"id": "asc"}])
    assert [ship["id"] for ship in ships] == ids


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_by_cursor_make_the_whole(engine: MongoEngine, size: int) -> None:
    order = [{"owner": {"flags": {"_count": "asc"}}}, {"id": "desc"}]
    found: list[int] = []
    while len(found) < 5:
        after: Any = {"cursor": {"id": found[-1]}, "skip": 1} if found else {}
        ships = await ask(engine, "findMany", "Ship", take=size, orderBy=order, **after)
        found += [ship["id"] for ship in ships]
    assert found == [5, 4, 3, 2, 1]
