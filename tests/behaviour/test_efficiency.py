"""What an operation costs: the commands that the engine sends, and the documents that come back."""

from __future__ import annotations

from typing import Any, Final

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action
from prismongo.query.plan.narrow import FEW
from tests.behaviour.asking import ask, refused, selected
from tests.commands import Sent
from tests.engines import Document, EngineFor

SCHEMA: Final = """
model Author {
  id      Int      @id @map("_id")
  name    String   @unique
  age     Int?
  posts   Post[]
  profile Profile?
}

model Profile {
  id       Int    @id @map("_id")
  authorId Int    @unique
  author   Author @relation(fields: [authorId], references: [id], onDelete: Cascade)
}

model Post {
  id       Int       @id @map("_id")
  title    String
  authorId Int
  author   Author    @relation(fields: [authorId], references: [id])
  tagIds   Int[]
  tags     Tag[]     @relation(fields: [tagIds], references: [id])
  comments Comment[]
}

model Comment {
  id     Int    @id @map("_id")
  text   String
  postId Int
  post   Post   @relation(fields: [postId], references: [id])
}

model Tag {
  id      Int    @id @map("_id")
  label   String
  postIds Int[]
  posts   Post[] @relation(fields: [postIds], references: [id])
}

model Note {
  id   Int     @id @map("_id")
  text String  @unique
  read Int     @default(0)
  seen Int?
  tags String[]
}
"""
AUTHORS: Final = 5
POSTS: Final = 20  # an author
COMMENTS: Final = 3  # a post
TAGS: Final = 4

Arguments = dict[str, Any]


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[Document], sent: Sent) -> MongoEngine:
    authors, posts = range(AUTHORS), range(AUTHORS * POSTS)
    raw["Author"].insert_many({"_id": a, "name": f"a{a}", "age": 20 + a} for a in authors)
    raw["Profile"].insert_many({"_id": a, "authorId": a} for a in authors)
    raw["Post"].insert_many(
        {"_id": p, "title": f"t{p:04}", "authorId": p // POSTS, "tagIds": [p % TAGS]} for p in posts
    )
    raw["Comment"].insert_many(
        {"_id": c, "text": f"c{c}", "postId": c // COMMENTS} for c in range(len(posts) * COMMENTS)
    )
    raw["Tag"].insert_many(
        {"_id": t, "label": f"l{t}", "postIds": [p for p in posts if p % TAGS == t]}
        for t in range(TAGS)
    )
    fill_notes(raw)
    return await engine_for(SCHEMA)


def fill_notes(raw: Database[Document]) -> None:
    raw["Note"].delete_many({})
    raw["Note"].insert_many({"_id": n, "text": f"n{n}", "read": 0} for n in range(10))


# --- includes ---


async def test_an_include_is_one_query_a_level(engine: MongoEngine, sent: Sent) -> None:
    include = selected("posts", "id", selected("comments"), selected("tags"))
    authors = await ask(engine, "findMany", "Author", "id", include, selected("profile"))
    assert sent.names == ["find"] * 5  # authors, posts, comments, tags, profiles
    assert [len(author["posts"]) for author in authors] == [POSTS] * AUTHORS
    assert all(len(post["comments"]) == COMMENTS for post in authors[0]["posts"])


async def test_five_levels_are_five_queries(engine: MongoEngine, sent: Sent) -> None:
    comments = selected("comments", "id", selected("post", "id", selected("author")))
    await ask(engine, "findMany", "Author", "id", selected("posts", "id", comments))
    assert sent.names == ["find"] * 5


async def test_nothing_is_asked_for_no_parents(engine: MongoEngine, sent: Sent) -> None:
    where = {"name": "nobody"}
    assert await ask(engine, "findMany", "Author", "id", selected("posts"), where=where) == []
    assert sent.names == ["find"]


async def test_a_page_for_each_parent_is_cut_on_the_server(engine: MongoEngine, sent: Sent) -> None:
    include = selected("posts", orderBy={"title": "desc"}, take=2, skip=1)
    authors = await ask(engine, "findMany", "Author", "id", include)
    assert sent.names == ["find", "aggregate"]
    assert sent.returned == AUTHORS + AUTHORS * 2
    assert [post["id"] for post in authors[0]["posts"]] == [POSTS - 2, POSTS - 3]


async def test_a_page_of_one_parent_reads_that_page(engine: MongoEngine, sent: Sent) -> None:
    await ask(engine, "findUnique", "Author", "id", selected("posts", take=3), where={"id": 1})
    assert sent.names == ["find", "find"]
    assert sent.returned == 1 + 3


async def test_a_cursor_in_a_list_is_looked_up_once(engine: MongoEngine, sent: Sent) -> None:
    include = selected("posts", cursor={"id": 25}, take=3)
    authors = await ask(engine, "findMany", "Author", "id", include)
    assert [post["id"] for post in authors[1]["posts"]] == [25, 26, 27]
    assert [author["posts"] for author in authors if author["id"] != 1] == [[]] * (AUTHORS - 1)
    assert len(sent.names) <= 4
    assert sent.returned <= AUTHORS + 2 + 4


async def test_a_cursor_shared_by_many_parents_costs_no_query_for_each(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    everything = list(range(AUTHORS * POSTS))
    raw["Tag"].update_many({}, {"$set": {"postIds": everything}})
    include = selected("posts", cursor={"id": 10}, take=2, skip=1)
    tags = await ask(engine, "findMany", "Tag", "id", include)
    assert [[post["id"] for post in tag["posts"]] for tag in tags] == [[11, 12]] * TAGS
    assert len(sent.names) <= 4
    assert sent.returned <= TAGS + 2 + TAGS * 2


async def test_counts_are_counted_on_the_server(engine: MongoEngine, sent: Sent) -> None:
    authors = await ask(engine, "findMany", "Author", "id", selected("_count", "posts"))
    assert [author["_count"] for author in authors] == [{"posts": POSTS}] * AUTHORS
    assert sent.names == ["find", "aggregate"]
    assert sent.returned == 2 * AUTHORS


# --- filters ---


async def test_a_relation_filter_runs_on_the_server(engine: MongoEngine, sent: Sent) -> None:
    where = {"posts": {"some": {"comments": {"some": {"text": "c61"}}}}}
    (author,) = await ask(engine, "findMany", "Author", where=where)
    assert author["id"] == 61 // COMMENTS // POSTS
    assert sent.names == ["aggregate"]
    assert sent.returned == 1


async def test_only_selected_fields_travel(engine: MongoEngine, sent: Sent) -> None:
    await ask(engine, "findMany", "Author")
    assert sent.commands[0]["projection"] == {"_id": 1}


async def test_a_page_travels_alone(engine: MongoEngine, sent: Sent) -> None:
    await ask(engine, "findMany", "Post", orderBy={"title": "asc"}, take=5, skip=10)
    assert sent.names == ["find"]
    assert sent.returned == 5


async def test_a_cursor_costs_one_look_up(engine: MongoEngine, sent: Sent) -> None:
    order, cursor = {"title": "asc"}, {"id": 50}
    await ask(engine, "findMany", "Post", orderBy=order, take=5, skip=1, cursor=cursor)
    assert sent.names == ["find", "find"]
    assert sent.returned == 1 + 5


async def test_distinct_is_found_on_the_server(engine: MongoEngine, sent: Sent) -> None:
    found = await ask(engine, "findMany", "Post", distinct=["authorId"])
    assert len(found) == AUTHORS
    assert sent.names == ["aggregate"]
    assert sent.returned == AUTHORS


async def test_a_count_returns_a_number(engine: MongoEngine, sent: Sent) -> None:
    where = {"author": {"is": {"age": {"gte": 23}}}}
    answer = await ask(engine, "aggregate", "Post", "_count", where=where)
    assert answer == {"_count": 2 * POSTS}
    assert sent.names == ["find", "aggregate"]  # the keys of two authors, and the number
    assert sent.returned == 2 + 1


async def test_a_filter_by_a_relation_to_one_reads_the_keys_first(
    engine: MongoEngine, sent: Sent
) -> None:
    where = {"post": {"is": {"author": {"is": {"name": "a3"}}}}}
    found = await ask(engine, "findMany", "Comment", where=where, take=4, orderBy={"id": "asc"})
    assert [comment["id"] for comment in found] == [3 * POSTS * COMMENTS + n for n in range(4)]
    assert sent.names == ["find"] * 3
    assert sent.returned == 1 + POSTS + 4


async def test_a_filter_by_a_relation_to_many_records_is_joined_on_the_server(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    raw["Author"].insert_many({"_id": n, "name": f"b{n}", "age": 90} for n in range(10, FEW + 11))
    where = {"author": {"is": {"age": {"gte": 24}}}}
    found = await ask(engine, "findMany", "Post", where=where)
    assert len(found) == POSTS
    assert sent.names == ["find", "aggregate"]
    assert sent.returned == FEW + 1 + POSTS


# --- writes ---

NEW: Final = {"id": 99, "text": "new"}
ONE_COMMAND: Final[dict[str, tuple[Action, Arguments, str]]] = {
    "create": ("createOne", {"data": NEW}, "insert"),
    "createMany of one": ("createMany", {"data": [NEW]}, "insert"),
    "update": (
        "updateOne",
        {"where": {"id": 1}, "data": {"read": {"increment": 1}}},
        "findAndModify",
    ),
    "update of an optional number": (
        "updateOne",
        {"where": {"id": 1}, "data": {"seen": {"increment": 1}}},
        "findAndModify",
    ),
    "update of a list": (
        "updateOne",
        {"where": {"text": "n1"}, "data": {"tags": {"push": ["a"]}}},
        "findAndModify",
    ),
    "update narrowed down": (
        "updateOne",
        {"where": {"id": 1, "read": {"lt": 5}}, "data": {"text": "other"}},
        "findAndModify",
    ),
    "upsert of what is there": (
        "upsertOne",
        {"where": {"id": 1}, "create": NEW, "update": {"read": 2}},
        "findAndModify",
    ),
    "delete": ("deleteOne", {"where": {"text": "n1"}}, "findAndModify"),
    "updateMany": ("updateMany", {"data": {"read": {"multiply": 2}}}, "update"),
    "deleteMany": ("deleteMany", {"where": {"id": {"gt": 5}}}, "delete"),
}


async def test_a_write_that_touches_nothing_else_is_one_command(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    for name, (action, arguments, command) in ONE_COMMAND.items():
        fill_notes(raw)
        sent.clear()
        await ask(engine, action, "Note", **arguments)
        assert sent.names == [command], name
        assert "startTransaction" not in sent.commands[0], name


async def test_an_upsert_of_what_is_not_there_is_two_commands(
    engine: MongoEngine, sent: Sent
) -> None:
    await ask(engine, "upsertOne", "Note", where={"id": 99}, create=NEW, update={"read": 2})
    assert sent.names == ["findAndModify", "insert"]


async def test_connecting_by_ones_own_key_needs_no_transaction(
    engine: MongoEngine, sent: Sent
) -> None:
    data = {"id": 999, "title": "t", "author": {"connect": {"id": 1}}}
    await ask(engine, "createOne", "Post", data=data)
    assert sent.names[:2] == ["find", "insert"]
    assert not any("startTransaction" in command for command in sent.commands)


async def test_a_nested_update_of_many_is_one_command(
    engine: MongoEngine, sent: Sent, raw: Database[Document]
) -> None:
    many = {"updateMany": {"where": {"id": {"lt": 15}}, "data": {"title": "same"}}}
    await ask(engine, "updateOne", "Author", where={"id": 0}, data={"posts": many})
    assert sent.names.count("update") == 1
    assert raw["Post"].count_documents({"title": "same", "authorId": 0}) == 15


async def test_a_cascade_deletes_with_one_command_a_level(engine: MongoEngine, sent: Sent) -> None:
    await ask(engine, "deleteMany", "Comment")
    await ask(engine, "deleteMany", "Post")
    sent.clear()
    await ask(engine, "deleteMany", "Author")
    assert sent.names.count("delete") == 2
    assert sent.names.count("commitTransaction") == 1


# --- refusals ---

REFUSED: Final[tuple[tuple[Action, Arguments], ...]] = (
    ("findMany", {"where": {"text": {"$ne": None}}}),
    ("findMany", {"where": {"$where": "true"}}),
    ("findUnique", {"where": {"text": {"$gt": ""}}}),
    ("createOne", {"data": {"id": 1, "text": {"$gt": ""}}}),
    ("updateMany", {"data": {"$set": {"read": 1}}}),
    ("deleteMany", {"where": {"text": {"$regex": "."}}}),
    ("deleteMany", {"where": None, "take": 1}),
    ("deleteMany", {"where": None, "limit": -1}),
    ("upsertOne", {"where": {"id": 1}, "create": NEW, "update": {"read": {"$inc": 1}}}),
)


async def test_a_refused_request_sends_nothing(engine: MongoEngine, sent: Sent) -> None:
    for action, arguments in REFUSED:
        await refused(ask(engine, action, "Note", **arguments))
    assert sent.names == []
