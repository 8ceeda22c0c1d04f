"""`check --sample` of documents that cannot be read, and of relations whose records are missing."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from prismongo.check import Finding, as_dict, check
from prismongo.schema import parse
from tests.check.found import finding
from tests.hostile_documents import BAD, VALUES, document, numbered
from tests.stores.mongo.push.schemas import HEAD, schema

Live = Database[dict[str, Any]]

RELATIONS = """
model Post {
  id       Int    @id @map("_id")
  authorId Int
  author   Author @relation(fields: [authorId], references: [id])
  parentId Int?
  parent   Author? @relation("Parent", fields: [parentId], references: [id])
  tagIds   Int[]
  tags     Tag[]  @relation(fields: [tagIds], references: [id])
}

model Author {
  id       Int    @id @map("_id")
  name     String @default("")
  posts    Post[]
  children Post[] @relation("Parent")
}

model Tag {
  id      Int    @id @map("_id")
  postIds Int[]
  posts   Post[] @relation(fields: [postIds], references: [id])
}
"""


async def documents_of(url: str) -> tuple[Finding, dict[str, Any]]:
    checked = await check(parse(HEAD + RELATIONS), url, sample=100)
    found = {each["model"]: each["misfits"] for each in as_dict(checked)["documents"]}
    return finding(checked, "documents"), found


async def test_orphans_are_counted_by_relation(live: Live, mongo_url: str) -> None:
    live["Author"].insert_one({"_id": 1})
    live["Tag"].insert_one({"_id": 1, "postIds": [1, 9]})
    live["Post"].insert_many(
        [
            {"_id": 1, "authorId": 1, "parentId": None, "tagIds": [1]},
            {"_id": 2, "authorId": 77, "parentId": 77, "tagIds": [1, 5, 6]},
            {"_id": 3, "authorId": 77, "parentId": 1, "tagIds": None},
        ]
    )
    documents, found = await documents_of(mongo_url)
    assert documents.state == "failed"
    assert (
        "Post.author: the key refers to no record where Author is wanted in 2 of 3 (_id 2, 3)"
        in documents.details
    )
    facts = {"problem": "no such record", "found": "null"}
    assert found == {
        "Author": [],
        "Tag": [{"field": "posts", "wanted": "Post[]", **facts, "documents": 1, "ids": ["1"]}],
        "Post": [
            {"field": "author", "wanted": "Author", **facts, "documents": 2, "ids": ["2", "3"]},
            {"field": "parent", "wanted": "Author?", **facts, "documents": 1, "ids": ["2"]},
            {"field": "tags", "wanted": "Tag[]", **facts, "documents": 1, "ids": ["2"]},
        ],
    }


async def test_orphans_that_the_schema_allows_are_a_note(live: Live, mongo_url: str) -> None:
    live["Author"].insert_one({"_id": 1})
    live["Post"].insert_one({"_id": 1, "authorId": 1, "parentId": 9})
    documents, _ = await documents_of(mongo_url)
    assert (documents.state, len(documents.details)) == ("note", 1)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_keys_of_every_type(live: Live, mongo_url: str, value: Any) -> None:
    live["Author"].insert_one({"_id": 1})
    live["Post"].insert_many(
        [
            {"_id": 1, "authorId": value, "parentId": value, "tagIds": value},
            {"_id": 2, "authorId": [value], "tagIds": [value]},
        ]
    )
    documents, found = await documents_of(mongo_url)
    assert documents.state == "failed"
    assert {each["field"] for each in found["Post"]} >= {"authorId"}


async def test_text_that_is_not_utf8(live: Live, mongo_url: str) -> None:
    live["Author"].insert_many([{"_id": 1}, {"_id": 2, "name": 5}])
    live["Author"].insert_one(numbered(3, (b"\x02", b"name", BAD)))
    _, found = await documents_of(mongo_url)
    facts = {"field": "name", "problem": "wrong type"}
    assert found["Author"] == [
        {**facts, "found": "int", "wanted": "String", "documents": 1, "ids": ["2"]},
        {
            **facts,
            "found": "string that is not UTF-8",
            "wanted": "UTF-8",
            "documents": 1,
            "ids": ["3"],
        },
    ]


async def test_an_id_that_is_null(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"_id": None, "n": 1}, {"n": 1}])
    checked = await check(schema("n Int"), mongo_url, sample=10)
    assert finding(checked, "documents").details == (
        "User.id: null where String is wanted in 1 of 2 (_id null)",
    )


async def test_an_id_that_is_not_utf8(live: Live, mongo_url: str) -> None:
    live["User"].insert_one(document((b"\x02", b"_id", BAD), (b"\x02", b"x", BAD)))
    live["User"].insert_one({"_id": "a"})
    checked = await check(
        parse(f'{HEAD}\nmodel User {{\n  id String @id @map("_id")\n}}'), mongo_url, sample=9
    )
    assert finding(checked, "documents").details == (
        "User.id: string that is not UTF-8 where UTF-8 is wanted in 1 of 2 (_id '\\udcff\\udcfe')",
    )


async def test_what_the_schema_does_not_know_need_not_be_utf8(live: Live, mongo_url: str) -> None:
    live["Author"].insert_one(numbered(3, (b"\x02", b"x", BAD), (b"\x10", b"name", bytes(4))))
    _, found = await documents_of(mongo_url)
    (wrong,) = found["Author"]
    assert (wrong["field"], wrong["found"], wrong["ids"]) == ("name", "int", ["3"])


VIEW = """
generator client {
  provider        = "prisma-client-py"
  previewFeatures = ["views"]
}

view Total {
  key      Int    @unique
  authorId Int
  author   Author @relation(fields: [authorId], references: [id])
}

model Author {
  id     Int     @id @map("_id")
  totals Total[]
}
"""


async def test_records_of_a_view_without_ids(live: Live, mongo_url: str) -> None:
    live["sums"].insert_many([{"key": "a", "authorId": 7}, {"key": 2, "authorId": 7}])
    live["sums"].insert_one(numbered(3, (b"\x02", b"key", BAD)))
    live.command("create", "Total", viewOn="sums", pipeline=[{"$project": {"_id": 0}}])
    datamodel = parse(HEAD.partition("generator")[0] + VIEW)
    documents = finding(await check(datamodel, mongo_url, sample=10), "documents")
    assert documents.details == (
        "Total.author: the key refers to no record where Author is wanted in 2 of 3",
        "Total.key: string where Int is wanted in 1 of 3",
        "Total.key: string that is not UTF-8 where UTF-8 is wanted in 1 of 3",
    )
