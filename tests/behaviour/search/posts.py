"""Posts with a text index: their schema, what is stored, and how they are asked for."""

from __future__ import annotations

from typing import Any

from prismongo.engine import MongoEngine
from prismongo.errors import UnsupportedOperationError
from tests.behaviour.asking import ask, refused

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
