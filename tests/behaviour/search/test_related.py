"""Full text in what is related: includes, counts, filters, nested writes."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.behaviour.search.posts import content, found


class TestRelated:
    async def test_included_records(self, engine: MongoEngine) -> None:
        async def posts(**page: Any) -> list[list[int]]:
            inner = selected("posts", where=content("engine"), orderBy={"id": "asc"}, **page)
            rows = await ask(engine, "findMany", "Author", inner, orderBy={"id": "asc"})
            return [[post["id"] for post in row["posts"]] for row in rows]

        assert await posts() == [[2], [1, 5], []]
        assert await posts(take=1) == [[2], [1], []]
        assert await posts(take=-1) == [[2], [5], []]

    async def test_counted_records(self, engine: MongoEngine) -> None:
        counts = selected("_count", selected("posts", where=content("engine")))
        rows = await ask(engine, "findMany", "Author", counts, orderBy={"id": "asc"})
        assert [row["_count"]["posts"] for row in rows] == [1, 2, 0]

    async def test_many_to_many(self, engine: MongoEngine) -> None:
        inner = selected("posts", where=content("engine"), take=5)
        counts = selected("_count", selected("posts", where=content("engine")))
        [tag] = await ask(engine, "findMany", "Tag", inner, counts)
        assert [post["id"] for post in tag["posts"]] == [1]
        assert tag["_count"]["posts"] == 1

    @pytest.mark.parametrize(
        ("where", "ids"),
        [
            ({"posts": {"some": content("ship")}}, [1]),
            ({"posts": {"some": content("engine")}}, [1, 2]),
            ({"posts": {"none": content("ship")}}, [2, 3]),
            ({"NOT": [{"posts": {"some": content("ship")}}]}, [2, 3]),
            ({"posts": {"some": content("ship")}, "_search": "watt"}, [1]),
            ({"OR": [{"posts": {"some": content("ship")}}, {"id": 3}]}, [1, 3]),
        ],
    )
    async def test_a_filter_by_related_records(
        self, engine: MongoEngine, where: Any, ids: list[int]
    ) -> None:
        rows = await ask(engine, "findMany", "Author", where=where, orderBy={"id": "asc"})
        assert [row["id"] for row in rows] == ids

    @pytest.mark.parametrize(
        ("where", "ids"),
        [
            ({"author": {"is": {"_search": "steam"}}}, [2, 4, 6]),
            ({"author": {"_search": "steam"}, **content("engine")}, [2]),
            ({"tags": {"some": {"posts": {"some": content("mill")}}}}, [1, 3]),
        ],
    )
    async def test_a_filter_by_one_record_and_a_way_through_two(
        self, engine: MongoEngine, where: Any, ids: list[int]
    ) -> None:
        assert await found(engine, where) == ids
        counted = await ask(engine, "aggregate", "Post", "_count", where=where)
        assert counted == {"_count": len(ids)}

    async def test_nested_writes(self, engine: MongoEngine) -> None:
        data: Any = {"posts": {"updateMany": {"where": content("engine"), "data": {"stars": 5}}}}
        await ask(engine, "updateOne", "Author", where={"id": 2}, data=data)
        assert await found(engine, {"stars": 5}) == [1, 5]
        data = {"posts": {"deleteMany": [content("engine")]}}
        await ask(engine, "updateOne", "Author", where={"id": 2}, data=data)
        assert await found(engine, {}) == [2, 3, 4, 6]

    async def test_several_filters_of_one_nested_write(self, engine: MongoEngine) -> None:
        data: Any = {"posts": {"deleteMany": [content("engine"), {"stars": 0}]}}
        error = await refused(ask(engine, "updateOne", "Author", where={"id": 2}, data=data))
        assert "A search in one of several filters, at `data.posts`," in str(error)
        data = {"posts": {"connect": [{"id": 1, **content("engine")}, {"id": 2}]}}
        error = await refused(ask(engine, "updateOne", "Author", where={"id": 2}, data=data))
        assert error.code == "P2026"
