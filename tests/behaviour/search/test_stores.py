"""Full text: what only a server can tell, and what the fake refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.schema import parse
from prismongo.stores.memory import Memory, MemoryStore
from tests.behaviour.asking import ask, refused, selected
from tests.behaviour.search.posts import SCHEMA, content, found, refusal
from tests.engines import HEADER, EngineFor


class TestOnAServer:
    pytestmark = pytest.mark.mongo_only("a server stems words and scores records")

    async def test_words_are_stemmed(self, engine: MongoEngine) -> None:
        assert await found(engine, content("engines")) == [1, 2, 5]

    @pytest.mark.parametrize(
        "order",
        ["desc", {"sort": "desc"}, {"fields": ["content"], "search": "engine", "sort": "desc"}],
    )
    async def test_the_order_of_relevance(self, engine: MongoEngine, order: Any) -> None:
        by = [{"_relevance": order}, {"id": "asc"}]
        assert await found(engine, content("engine"), orderBy=by) == [5, 2, 1]
        assert await found(engine, content("engine"), orderBy=by, take=1, skip=1) == [2]
        assert await found(engine, content("engine"), orderBy=by, take=-1) == [1]
        assert await found(engine, content("engine"), orderBy=by, distinct=["stars"]) == [5, 2]
        with_author = {**content("engine"), "author": {"posts": {"some": {"id": {"gt": 0}}}}}
        assert await found(engine, with_author, orderBy=by) == [5, 2, 1]

    async def test_the_least_relevant_first(self, engine: MongoEngine) -> None:
        by = [{"_relevance": "asc"}, {"id": "desc"}]
        assert await found(engine, content("engine"), orderBy=by) == [1, 2, 5]

    async def test_relevance_of_included_records(self, engine: MongoEngine) -> None:
        by = [{"_relevance": "desc"}, {"id": "asc"}]
        for page in ({}, {"take": 1}):
            inner = selected("posts", where=content("engine"), orderBy=by, **page)
            [row] = await ask(engine, "findMany", "Author", inner, where={"id": 2})
            assert [post["id"] for post in row["posts"]][:1] == [5]

    async def test_without_the_index(self, engine_for: EngineFor) -> None:
        made = await engine_for(SCHEMA)
        error = await refused(ask(made, "findMany", "Post", where=content("engine")))
        assert error.code == "P2026"
        assert "`prismongo push`" in str(error)

    async def test_without_the_index_of_an_alternative(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        raw["Post"].drop_index("Post_views_idx")
        error = await refused(
            ask(engine, "findMany", "Post", where={"OR": [content("engine"), {"views": 4}]})
        )
        assert error.code == "P2026"
        assert "`prismongo push`" in str(error)


class TestOnTheFake:
    @pytest.fixture
    async def fake_engine(self) -> AsyncIterator[MongoEngine]:
        made = MongoEngine(
            parse(HEADER + SCHEMA), lambda datamodel, _: MemoryStore(datamodel, Memory())
        )
        await made.connect()
        data = {"id": 1, "content": "engines", "slug": "a", "stars": 1}
        await ask(made, "createOne", "Post", data=data)
        yield made
        await made.aclose()

    async def test_relevance_is_refused(self, fake_engine: MongoEngine) -> None:
        order = {"_relevance": "desc"}
        words = await refusal(fake_engine, content("absent"), orderBy=order)
        assert "`_relevance` on the fake" in words

    async def test_what_only_stemming_can_tell_is_refused(self, fake_engine: MongoEngine) -> None:
        words = await refusal(fake_engine, content("engine"))
        assert "only the server's stemming can tell" in words
        assert "engine" not in words

    async def test_records_that_do_not_match_anyway_need_no_stemming(
        self, fake_engine: MongoEngine
    ) -> None:
        assert await found(fake_engine, {**content("engine"), "stars": 2}) == []
        assert await found(fake_engine, {"AND": [content("engine"), {"stars": 2}]}) == []
