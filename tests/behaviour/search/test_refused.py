"""Full text: what `$text` cannot do is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from prismongo.engine import MongoEngine
from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.options import Options
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.validate.changes import validate_changes
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from prismongo.stores.mongo.errors import translate
from tests.behaviour.asking import ask, refused
from tests.behaviour.search.posts import SCHEMA, content, found, refusal
from tests.engines import HEADER


class TestWhatTextCannotDo:
    @pytest.mark.parametrize(
        ("where", "words"),
        [
            ({**content("a"), "AND": [content("b")]}, "A second search in one query, at `where`,"),
            ({"OR": [content("a"), content("b")]}, "A second search in one query"),
            ({"NOT": [content("a")]}, "A search below NOT, at `where.NOT.0.content.search`,"),
            ({"content": {"not": {"search": "a"}}}, "A search below NOT"),
            ({"OR": [content("a"), {"stars": 1}]}, "an alternative that no index serves"),
            ({"OR": [content("a"), {"views": {"not": 1}}]}, "that no index serves"),
            ({"OR": [content("a"), {"nick": None}]}, "that no index serves"),
            ({"OR": [content("a"), {"author": {"id": 1}}]}, "that no index serves"),
            ({"OR": [content("a"), {"slug": {"contains": "s"}}]}, "that no index serves"),
            ({"OR": [content("a"), {"OR": [{"id": 1}, {"stars": 1}]}]}, "that no index serves"),
            ({"author": {"isNot": {"_search": "a"}}}, "A search below `is_not`"),
            ({"tags": {"every": {"posts": {"some": content("a")}}}}, ""),
        ],
    )
    async def test_is_refused_by_name(self, engine: MongoEngine, where: Any, words: str) -> None:
        if words:
            assert words in await refusal(engine, where)
        else:
            assert await found(engine, where) is not None

    async def test_every(self, engine: MongoEngine) -> None:
        where = {"posts": {"every": content("a")}}
        error = await refused(ask(engine, "findMany", "Author", where=where))
        assert "A search below `every`, at `where.posts.every`," in str(error)
        where = {"posts": {"none": {"OR": [content("a"), {"views": 1}]}}}
        error = await refused(ask(engine, "findMany", "Author", where=where))
        assert "no index serves" in str(error)  # `none` also takes records without views

    async def test_a_cursor_and_having(self, engine: MongoEngine) -> None:
        words = await refusal(engine, content("a"), cursor={"id": 1, **content("b")})
        assert "A search in a cursor, at `cursor`," in words
        having = {"content": {"search": "a"}}
        error = await refused(
            ask(engine, "groupBy", "Post", "content", by=["content"], having=having)
        )
        assert "A search in `having`" in str(error)

    @pytest.mark.parametrize(
        ("model", "where", "words"),
        [
            (
                "Post",
                {"slug": {"search": "a"}},
                "the text index of Post covers another field: content",
            ),
            ("Tag", {"name": {"search": "a"}}, "write `@@fulltext([name])` into the model"),
            (
                "Author",
                {"name": {"search": "a"}},
                "covers name, about: search all of it by `_search`",
            ),
            ("Post", {"_search": "a"}, "search it by `content: {search: …}`"),
            ("Tag", {"_search": "a"}, "Tag has no text index"),
            ("Page", {"part": {"is": {"text": {"search": "a"}}}}, "only models have text indexes"),
            ("Page", {"part": {"is": {"_search": "a"}}}, "Unknown argument `_search`"),
            ("Post", {"content": {"search": 1}}, "expected String, got Int"),
            ("Post", {"content": {"search": None}}, "expected String, got null"),
            ("Post", {"content": {"search": {"$search": "a"}}}, "expected String, got an object"),
            ("Post", {"content": {"search": "a\0"}}, "NUL"),
            ("Post", {"views": {"search": "a"}}, "Unknown argument `search`"),
        ],
    )
    async def test_a_search_where_there_is_none(
        self, engine: MongoEngine, model: str, where: Any, words: str
    ) -> None:
        error = await refused(ask(engine, "findMany", model, where=where))
        assert error.code == "P2009"
        assert words in str(error)

    @pytest.mark.parametrize(
        ("where", "order", "more", "words"),
        [
            ({}, "desc", {}, "`_relevance` without a search, at `order.0._relevance`,"),
            ({"views": 1}, "desc", {}, "`_relevance` without a search"),
            ({"OR": [content("a"), {"id": 1}]}, "desc", {}, "`_relevance` with a search in an OR"),
            (content("a"), "desc", {"cursor": {"id": 1}}, "A cursor in the order of `_relevance`"),
        ],
    )
    async def test_relevance(
        self, engine: MongoEngine, where: Any, order: Any, more: Any, words: str
    ) -> None:
        assert words in await refusal(engine, where, order=[{"_relevance": order}], **more)

    @pytest.mark.parametrize(
        ("order", "words"),
        [
            ("best", "expected asc or desc"),
            ({"search": "steam", "sort": "desc"}, "by the search of the `where` alone"),
            ({"fields": ["slug"], "sort": "desc"}, "by the whole text index: content"),
            ({"search": "engine"}, "expected asc or desc"),
            ({"sort": "desc", "nulls": "last"}, "Unknown argument `nulls`"),
        ],
    )
    async def test_relevance_that_says_something_else(
        self, engine: MongoEngine, order: Any, words: str
    ) -> None:
        asked = ask(
            engine, "findMany", "Post", where=content("engine"), orderBy={"_relevance": order}
        )
        error = await refused(asked)
        assert error.code == "P2009"
        assert words in str(error)

    async def test_relevance_of_a_related_record(self, engine: MongoEngine) -> None:
        asked = ask(engine, "findMany", "Post", orderBy={"author": {"_relevance": "desc"}})
        assert "Unknown argument `_relevance`" in str(await refused(asked))


@pytest.mark.parametrize("where", [content("engine"), {"OR": [{"id": 1}, content("engine")]}])
def test_a_change_stream_has_no_search(where: Any) -> None:
    validator = Validator(parse(HEADER + SCHEMA), "python")
    with pytest.raises(UnsupportedOperationError, match="A search in `watch`"):
        validate_changes(validator, [Request("findMany", "Post")], where)


@pytest.mark.parametrize("action", ["findMany", "findFirst"])
async def test_a_hint_beside_a_search(engine: MongoEngine, action: Any) -> None:
    request = Request(action, "Post", {"where": content("a")}, (Selection("id"),))
    hinted = Options(hint="Post_views_idx")
    await engine.execute(
        replace(request, arguments={"where": {"views": 1}}), tx_id=None, options=hinted
    )
    with pytest.raises(UnsupportedOperationError, match="hint"):
        await engine.execute(request, tx_id=None, options=hinted)


def test_a_servers_refusal_of_a_hint_says_why() -> None:
    reply = {"errmsg": "text and hint not allowed in same query", "code": 2, "codeName": "BadValue"}
    error = translate(OperationFailure("", 2, reply), None, parse(HEADER + SCHEMA))
    assert isinstance(error, UnsupportedOperationError)
    assert "A search takes no hint" in str(error)
