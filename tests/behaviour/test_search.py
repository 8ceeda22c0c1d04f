"""Full text: `search`, `_search` and `_relevance`, on a text index and in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure

from prismongo.engine import MongoEngine
from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.requests import Request
from prismongo.query.validate.changes import validate_changes
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from prismongo.stores.memory import Memory, MemoryStore
from prismongo.stores.mongo.errors import translate
from tests.behaviour.asking import ask, refused, selected
from tests.engines import HEADER, EngineFor

SCHEMA = """
model Post {
  id       Int     @id @map("_id")
  content  String? @map("body")
  slug     String  @unique
  nick     String? @unique
  views    Int     @default(0)
  stars    Int     @default(0)
  authorId Int?
  author   Author? @relation(fields: [authorId], references: [id])
  tags     Tag[]   @relation(fields: [tagIds], references: [id])
  tagIds   Int[]

  @@index([views])
  @@fulltext([content])
}

model Author {
  id    Int    @id @map("_id")
  name  String
  about String
  posts Post[]

  @@fulltext([name, about])
}

model Tag {
  id      Int    @id @map("_id")
  name    String
  posts   Post[] @relation(fields: [postIds], references: [id])
  postIds Int[]

  @@index([name])
}

type Part {
  text  String
  notes String[]
}

model Page {
  id     Int    @id @map("_id")
  site   Int    @map("place")
  kind   String
  title  String
  part   Part
  parts  Part[]
  labels String[]

  @@fulltext([site(sort: Asc), kind(sort: Asc), title, part.text, parts.notes, labels])
}
"""
BODIES = {
    1: "A steam engine for the mill",
    2: "The engine of a ship",
    3: "Steam, and nothing else",
    4: "Trains run on rails",
    5: "ENGINE and Engine: noisy",
    6: None,
}


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


async def found(engine: MongoEngine, where: Any, **more: Any) -> list[int]:
    order = more.pop("orderBy", {"id": "asc"})
    rows = await ask(engine, "findMany", "Post", where=where, orderBy=order, **more)
    return [row["id"] for row in rows]


async def refusal(engine: MongoEngine, where: Any, **more: Any) -> str:
    error = await refused(ask(engine, "findMany", "Post", where=where, **more))
    assert isinstance(error, UnsupportedOperationError)
    assert error.code == "P2026"
    return str(error)


def content(text: str) -> dict[str, Any]:
    return {"content": {"search": text}}


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


@pytest.mark.parametrize("where", [content("engine"), {"OR": [{"id": 1}, content("engine")]}])
def test_a_change_stream_has_no_search(where: Any) -> None:
    validator = Validator(parse(HEADER + SCHEMA), "python")
    with pytest.raises(UnsupportedOperationError, match="A search in `watch`"):
        validate_changes(validator, [Request("findMany", "Post")], where)


def test_a_servers_refusal_of_a_hint_says_why() -> None:
    reply = {"errmsg": "text and hint not allowed in same query", "code": 2, "codeName": "BadValue"}
    error = translate(OperationFailure("", 2, reply), None, parse(HEADER + SCHEMA))
    assert isinstance(error, UnsupportedOperationError)
    assert "A search takes no hint" in str(error)


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
