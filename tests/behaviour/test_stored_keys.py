"""Stored keys that cannot be keys: an error that names the record, at both stores, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from prisma.errors import DataError

from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, selected
from tests.engines import EngineFor

SCHEMA = """
model Author {
  id    Int    @id @map("_id")
  books Book[]
}

model Book {
  id       Int     @id @map("_id")
  authorId Int
  author   Author  @relation(fields: [authorId], references: [id])
  shelfIds Int[]
  shelves  Shelf[] @relation(fields: [shelfIds], references: [id])
}

model Shelf {
  id      Int    @id @map("_id")
  bookIds Int[]
  books   Book[] @relation(fields: [bookIds], references: [id])
}
"""


@pytest.mark.parametrize(
    ("relation", "field", "stored", "kind"),
    [
        ("author", "authorId", {"a": 1}, "object"),
        ("author", "authorId", [1], "array"),
        ("shelves", "shelfIds", [1, {"a": 1}], "array"),
    ],
)
async def test_a_document_or_a_list_is_no_key(
    engine_for: EngineFor, raw: Any, relation: str, field: str, stored: object, kind: str
) -> None:
    engine = await engine_for(SCHEMA)
    raw["Book"].insert_one({"_id": 7, "authorId": 1, field: stored})
    with pytest.raises(DataError, match=rf"Book\.{field} of the record with id `7`") as caught:
        await ask(engine, "findMany", "Book", "id", selected(relation))
    assert caught.value.code == "P2023"
    assert caught.value.meta == {"model": "Book", "field": field, "stored_type": kind, "id": "7"}


@pytest.mark.mongo_only("a server finds a list by what it holds; in memory it is found by nothing")
async def test_a_child_that_is_found_by_a_list_of_keys(engine_for: EngineFor, raw: Any) -> None:
    engine = await engine_for(SCHEMA)
    raw["Author"].insert_one({"_id": 1})
    raw["Book"].insert_one({"_id": 7, "authorId": [1]})
    with pytest.raises(DataError, match=r"Book\.authorId of the record with id `7`"):
        await ask(engine, "findMany", "Author", "id", selected("books"))


@pytest.mark.parametrize(
    "included",
    [selected("books", take=1), selected("_count", selected("books"))],
    ids=["a page of each", "counts"],
)
async def test_a_document_is_no_id_of_a_parent(
    engine_for: EngineFor, raw: Any, included: Selection
) -> None:
    engine = await engine_for(SCHEMA)
    raw["Shelf"].insert_many([{"_id": {"a": 1}, "bookIds": [7]}, {"_id": 2, "bookIds": [7]}])
    raw["Book"].insert_one({"_id": 7, "authorId": 1})
    with pytest.raises(DataError, match=r"Shelf\.id of the record with id `\{'a': 1\}`") as caught:
        await ask(engine, "findMany", "Shelf", included)
    assert caught.value.code == "P2023"
