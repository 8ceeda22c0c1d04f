"""The schema of the tests below `tests/query` and `tests/stores`: one field of every kind."""

from __future__ import annotations

from functools import cache
from typing import Final

from prismongo.schema import Datamodel, parse

SCHEMA: Final = """
datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}

enum Role {
  USER
  ADMIN @map("administrator")
}

type Address {
  city   String
  street String? @map("st")
  floors Int[]
}

model User {
  id        String    @id @default(auto()) @map("_id") @db.ObjectId
  email     String    @unique
  nick      String?   @unique
  age       Int?
  small     Int?      @db.Int
  big       BigInt?   @map("long")
  score     Float?
  active    Boolean   @default(true)
  role      Role      @default(USER)
  born      DateTime?
  avatar    Bytes?
  data      Json?
  tags      String[]
  levels    Int[]
  roles     Role[]
  home      Address?
  places    Address[]
  groupId   String?   @db.ObjectId
  group     Group?    @relation(fields: [groupId], references: [id])
  posts     Post[]
  topicIds  String[]  @db.ObjectId
  topics    Topic[]   @relation(fields: [topicIds], references: [id])
  updatedAt DateTime  @updatedAt
}

model Post {
  id       String @id @default(auto()) @map("_id") @db.ObjectId
  title    String
  views    Int    @default(0)
  authorId String @map("author") @db.ObjectId
  author   User   @relation(fields: [authorId], references: [id])

  @@unique([title, authorId])
  @@unique([authorId, views], name: "popularity")
  @@map("articles")
}

model Group {
  id    String @id @default(auto()) @map("_id") @db.ObjectId
  name  String
  users User[]
}

model Topic {
  id      String   @id @default(auto()) @map("_id") @db.ObjectId
  userIds String[] @db.ObjectId
  users   User[]   @relation(fields: [userIds], references: [id])
}
"""
ID: Final = "507f1f77bcf86cd799439011"


@cache
def datamodel() -> Datamodel:
    """The schema, parsed once."""
    return parse(SCHEMA)
