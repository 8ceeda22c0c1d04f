"""Full text: what `search` and `_search` find, alone and beside other conditions."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.behaviour.search.posts import content, found


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("text", "ids"),
        [
            ("engine", [1, 2, 5]),
            ("ENGINE", [1, 2, 5]),
            ("engine -steam", [2, 5]),
            ("engine rails", [1, 2, 4, 5]),
            ('"steam engine"', [1]),
            ('"team engine" steam', [1]),
            ('engine -"a ship"', [1, 5]),
            ('"steam engine" "nothing else"', []),
            ("-steam", []),
            ("the", []),
            ("the rails", [4]),
            ("steam-engine", [1, 2, 3, 5]),
            ("absent", []),
            ("", []),
            ("--engine", []),
            ("$where", []),
        ],
    )
    async def test_words_phrases_and_exclusions(
        self, engine: MongoEngine, text: str, ids: list[int]
    ) -> None:
        assert await found(engine, content(text)) == ids

    async def test_beside_other_conditions(self, engine: MongoEngine) -> None:
        assert await found(engine, {**content("engine"), "stars": 1}) == [1, 5]
        where = {"AND": [content("engine"), {"NOT": [{"id": 1}]}]}
        assert await found(engine, where) == [2, 5]
        assert await found(engine, {"content": {"search": "engine", "contains": "ship"}}) == [2]
        assert await found(engine, {"NOT": [{"NOT": [content("engine")]}]}) == [1, 2, 5]

    async def test_in_pages(self, engine: MongoEngine) -> None:
        assert await found(engine, content("engine"), take=2, skip=1) == [2, 5]
        assert await found(engine, content("engine"), take=-1) == [5]
        order = [{"views": "desc"}]
        assert await found(engine, content("engine"), orderBy=order, take=2) == [5, 2]
        later = {"cursor": {"id": 5}, "skip": 1, "take": 5}
        assert await found(engine, content("engine"), orderBy=order, **later) == [2, 1]
        assert await found(engine, content("engine"), distinct=["stars"]) == [1, 2]

    @pytest.mark.parametrize(
        ("other", "ids"),
        [
            ({"id": 4}, [1, 2, 4, 5]),
            ({"id": {"in": [4, 6]}}, [1, 2, 4, 5, 6]),
            ({"views": {"gt": 5}}, [1, 2, 5, 6]),
            ({"slug": {"startsWith": "s4"}}, [1, 2, 4, 5]),
            ({"nick": "x"}, [1, 2, 5]),
            ({"views": 4, "stars": 0}, [1, 2, 4, 5]),
            ({"OR": [{"id": 3}, {"views": 4}]}, [1, 2, 3, 4, 5]),
        ],
    )
    async def test_in_an_or_with_alternatives_that_an_index_serves(
        self, engine: MongoEngine, other: Any, ids: list[int]
    ) -> None:
        assert await found(engine, {"OR": [content("engine"), other]}) == ids
        nested = {"OR": [{"AND": [content("engine"), {"stars": 1}]}, other]}
        assert await found(engine, {**nested, "id": {"gt": 0}}) == [i for i in ids if i != 2]

    async def test_counts_aggregates_and_groups(self, engine: MongoEngine) -> None:
        where = content("engine")
        counted = await ask(
            engine, "aggregate", "Post", selected("_sum", "views"), "_count", where=where
        )
        assert counted == {"_sum": {"views": 8}, "_count": 3}
        groups = await ask(
            engine,
            "groupBy",
            "Post",
            "stars",
            "_count",
            by=["stars"],
            where=where,
            orderBy={"stars": "asc"},
        )
        assert [(row["stars"], row["_count"]) for row in groups] == [(0, 1), (1, 2)]

    async def test_writes(self, engine: MongoEngine) -> None:
        where = content("engine")
        assert await ask(engine, "updateMany", "Post", where=where, data={"stars": 7}) == {
            "count": 3
        }
        assert await found(engine, {"stars": 7}) == [1, 2, 5]
        limited = {"where": where, "data": {"stars": 8}, "limit": 1}
        assert await ask(engine, "updateMany", "Post", **limited) == {"count": 1}
        one = {"id": 2, **content("engine")}
        assert (await ask(engine, "updateOne", "Post", where=one, data={"stars": 9}))["id"] == 2
        other = {"id": 4, **content("engine")}
        assert await ask(engine, "findUnique", "Post", where=other) is None
        assert await ask(engine, "deleteMany", "Post", where=where) == {"count": 3}
        assert await found(engine, {}) == [3, 4, 6]


class TestSeveralFields:
    async def test_all_texts_of_the_index_are_searched(self, engine: MongoEngine) -> None:
        async def authors(text: str) -> list[int]:
            order = {"id": "asc"}
            rows = await ask(engine, "findMany", "Author", where={"_search": text}, orderBy=order)
            return [row["id"] for row in rows]

        assert await authors("watt") == [1, 2]
        assert await authors("watt -ada") == [2]
        assert await authors('"likes watt"') == [2]

    async def test_keys_before_the_texts_composites_and_lists(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        page = {"place": 1, "kind": "a", "title": "-", "part": {"text": "-", "notes": []}}
        page |= {"parts": [], "labels": []}
        raw["Page"].insert_many(
            [
                {**page, "_id": 1, "title": "red"},
                {**page, "_id": 2, "part": {"text": "red", "notes": ["grey"]}},
                {**page, "_id": 3, "parts": [{"text": "grey", "notes": ["blue", "red"]}]},
                {**page, "_id": 4, "labels": ["blue", "red"]},
                {**page, "_id": 5, "title": "red", "place": 2},
                {**page, "_id": 6, "parts": [{"text": "red", "notes": []}]},
            ]
        )
        where = {"site": 1, "kind": "a", "_search": "red"}
        rows = await ask(engine, "findMany", "Page", where=where, orderBy={"id": "asc"})
        assert [row["id"] for row in rows] == [1, 2, 3, 4]
        for wrong in (
            {"_search": "red"},
            {"site": 1, "_search": "red"},
            {"site": {"in": [1, 2]}, "kind": "a", "_search": "red"},
            {"site": 1, "kind": "a", "OR": [{"_search": "red"}, {"id": 3}]},
            {"site": 1, "kind": {"equals": "A", "mode": "insensitive"}, "_search": "red"},
        ):
            error = await refused(ask(engine, "findMany", "Page", where=wrong))
            assert error.code == "P2026"
            assert "A search without an equality for" in str(error)
        beside = {"OR": [{"site": 1, "AND": [{"kind": "a"}, {"_search": "red"}]}, {"id": 6}]}
        rows = await ask(engine, "findMany", "Page", where=beside, orderBy={"id": "asc"})
        assert [row["id"] for row in rows] == [1, 2, 3, 4, 6]
