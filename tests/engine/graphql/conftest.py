"""Fixtures of the text door's tests: an engine of a schema with every scalar type."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.engines import EngineFor

SCHEMA = """
model Crate {
  id      Int      @id @map("_id")
  label   String   @unique
  weight  Float?
  serial  BigInt?
  sealed  Boolean?
  kind    Kind?
  packed  DateTime?
  seal    Bytes?
  notes   Json?
  tags    String[]
  parcels Parcel[]

  @@map("crates")
}

model Parcel {
  id      Int    @id @map("_id")
  sender  String
  crateId Int?
  crate   Crate? @relation(fields: [crateId], references: [id])
}

enum Kind {
  WOOD
  STEEL @map("steel")
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[dict[str, Any]]) -> MongoEngine:
    raw["crates"].create_index("label", unique=True, name="crates_label_key")
    raw["Parcel"].create_index("crateId")
    return await engine_for(SCHEMA)
