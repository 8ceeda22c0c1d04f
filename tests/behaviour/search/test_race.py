"""Full text: a hundred searches at once, half of them cancelled at all moments."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask
from tests.behaviour.search.posts import content, found
from tests.cancelling import REQUESTS, raced

# PyMongo leaves the socket to the garbage collector where a task is cancelled that opens one.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

SEARCHES = {
    "engine": [1, 2, 5],
    "engine -steam": [2, 5],
    '"steam engine"': [1],
    "engine rails": [1, 2, 4, 5],
    "absent": [],
}


async def test_each_has_its_own_answer(
    engine: MongoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = list(SEARCHES)

    async def request(number: int) -> tuple[list[int], int, list[int]]:
        where = {**content(searches[number % 5]), "id": {"lt": 100}}
        counted = await ask(engine, "aggregate", "Post", "_count", where=where)
        ids = await found(engine, where)
        first = await found(engine, where, take=1 + number % 2, orderBy=[{"views": "desc"}])
        return ids, counted["_count"], first

    result = await raced(request, engine, monkeypatch, steps=3)
    for number, (ids, count, first) in result.answers.items():
        right = SEARCHES[searches[number % 5]]
        assert (ids, count) == (right, len(right))
        assert first == right[::-1][: 1 + number % 2]


async def test_each_finds_what_it_wrote(
    engine: MongoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def request(number: int) -> list[int]:
        word = f"word{number:03}"
        data: Any = {"id": 100 + number, "slug": word, "content": f"Steam and {word}"}
        await ask(engine, "createOne", "Post", data=data)
        changed = await ask(
            engine, "updateMany", "Post", where=content(f"{word} -engine"), data={"stars": number}
        )
        assert changed == {"count": 1}
        return await found(engine, {**content(f'"steam and {word}"'), "stars": number})

    result = await raced(request, engine, monkeypatch, steps=3)
    assert result.answers == {number: [100 + number] for number in result.answers}
    kept = await found(engine, {**content("steam"), "id": {"gte": 100}})
    assert len(kept) == len(set(kept)) <= REQUESTS
    assert set(kept) >= {100 + number for number in result.answers}
    unsent = {100 + number for number, passed in result.cancelled.items() if not passed}
    assert not unsent & set(kept)
