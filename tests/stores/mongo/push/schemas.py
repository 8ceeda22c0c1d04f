"""Small schemas of the push tests."""

from __future__ import annotations

from prismongo.schema import Datamodel, parse

HEAD = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
generator client {
  provider        = "prisma-client-py"
  previewFeatures = ["fullTextIndex"]
}
"""
ID = 'id String @id @default(auto()) @map("_id") @db.ObjectId'
OTHERS = """
enum Colour {
  RED
  BLUE @map("blue")
}
type Address {
  street String
  zip    String? @map("postcode")
}
"""


def schema_text(*lines: str, also: str = "") -> str:
    """A schema with a model `User` of these lines, an enum, a composite type, and `also`."""
    body = "\n".join([ID, *lines])
    return f"{HEAD}{OTHERS}model User {{\n{body}\n}}\n{also}\n"


def schema(*lines: str, also: str = "") -> Datamodel:
    """The same, parsed."""
    return parse(schema_text(*lines, also=also))
