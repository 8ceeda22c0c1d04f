"""Random schemas, and documents that show all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bson import Decimal128, Int64, ObjectId, Timestamp
from hypothesis import strategies as st

from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model
from prismongo.schema.parser import parse
from prismongo.stores.wanted.indexes import wanted_indexes

HEAD: Final = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
generator client {
  provider = "prisma-client-py"
}
"""
NUMBER: Final = 8
"""How many documents show a model: enough for every arity, and for each value being another."""

SCALARS: Final[dict[str, Callable[[int], Any]]] = {
    "String": lambda n: f"text {n}",
    "String @db.ObjectId": lambda n: ObjectId(),
    "Boolean": lambda n: n % 2 == 0,
    "Int @db.Int": lambda n: n,
    "Int": Int64,
    "BigInt": lambda n: Int64(2**40 + n),
    "Float": lambda n: n + 0.5,
    "Decimal": lambda n: Decimal128(f"{n}.10"),
    "DateTime": lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n),
    "DateTime @db.Timestamp": lambda n: Timestamp(1_700_000_000 + n, 1),
    "Bytes": lambda n: bytes([n, 1]),
    "Json": lambda n: [n, "text", {"a": n}] if n % 2 else n,
}
"""A scalar with its native type → its value in the document of a number."""

STORED: Final = ("a", "_b", "with-dash", "1st", "class", "json", "AND", "näme", "two words", "É")
IDS: Final[dict[str, Callable[[int], Any]]] = {
    'String @id @default(auto()) @map("_id") @db.ObjectId': lambda n: ObjectId(),
    'String @id @map("_id")': lambda n: f"id {n}",
    'Int @id @map("_id") @db.Int': lambda n: n,
    'BigInt @id @map("_id")': lambda n: Int64(2**50 + n),
    'DateTime @id @map("_id")': lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n),
}


@dataclass(frozen=True)
class Database:
    """A schema, and the documents of its collections."""

    text: str
    documents: dict[str, list[dict[str, Any]]]


@dataclass
class _Drawn:
    """What is drawn so far: blocks of text, and how many types there are."""

    draw: st.DrawFn
    blocks: list[str]

    def fields(
        self, depth: int
    ) -> tuple[list[str], list[dict[str, Any]], list[tuple[str, str, str]]]:
        """The lines of fields, what documents hold of them, and the plain ones' names."""
        lines, plain = [], []
        documents: list[dict[str, Any]] = [{} for _ in range(NUMBER)]
        stored = self.draw(st.lists(st.sampled_from(STORED), min_size=1, max_size=5, unique=True))
        for at, name in enumerate(stored):
            arity = self.draw(st.sampled_from(["", "?", "[]"]))
            composite = depth < 2 and self.draw(st.integers(0, 3)) == 0
            kind, native, values = self.composite(depth) if composite else self.scalar(arity)
            lines.append(f'  f{depth}x{at} {kind}{arity} @map("{name}"){native}')
            _fill(documents, name, arity, values, depth)
            if not composite and arity != "[]" and kind != "Json":
                plain.append((f"f{depth}x{at}", kind, arity))
        return lines, documents, plain

    def scalar(self, arity: str) -> tuple[str, str, list[Any]]:
        kind = self.draw(st.sampled_from(sorted(SCALARS)))
        if kind == "Json" and arity == "[]":
            kind = "String"  # what is mixed in a list is not told from a Json that is a list
        name, _, native = kind.partition(" ")
        return name, f" {native}", [SCALARS[kind](n) for n in range(NUMBER)]

    def composite(self, depth: int) -> tuple[str, str, list[Any]]:
        lines, documents, _ = self.fields(depth + 1)
        name = f"Type{len(self.blocks)}"
        self.blocks.append(f"type {name} {{\n" + "\n".join(lines) + "\n}\n")
        return name, "", documents


def _fill(
    documents: list[dict[str, Any]], name: str, arity: str, values: list[Any], depth: int
) -> None:
    """An optional field is missing in one document and null in another; a list is empty in one.

    At every depth these are others, so that what is missing outside hides nothing inside.
    """
    missing = 1 + 2 * depth
    for n, (document, value) in enumerate(zip(documents, values, strict=True)):
        if arity == "?" and n == missing:
            continue
        if arity == "?" and n == missing + 1:
            document[name] = None
        elif arity == "[]":
            document[name] = [] if n == 7 else [value, values[0]] if n == 0 else [value]
        else:
            document[name] = value


def _index(draw: st.DrawFn, plain: list[Any]) -> list[str]:
    """An index over one or two plain fields, with options; none, if there is none to be."""
    if not plain:
        return []
    members = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=2, unique=True))
    keys = [f"{name}{draw(st.sampled_from(['', '(sort: Desc)']))}" for name, _, _ in members]
    unique = draw(st.booleans()) and all(kind != "Boolean" for _, kind, _ in members)
    options = ["", "/// @sparse", '/// @collation({"locale": "en", "strength": 2})']
    options.append('/// @partial({"a": {"$exists": true}})')
    if len(members) == 1 and members[0][1] == "DateTime":
        options.append("/// @ttl(864000000)")
    name = draw(st.sampled_from(["", ', map: "my index"']))
    attribute = "@@unique" if unique else "@@index"
    return [f"  {draw(st.sampled_from(options))}", f"  {attribute}([{', '.join(keys)}]{name})"]


@st.composite
def databases(draw: st.DrawFn) -> Database:
    """A schema of one or two models with composite types and indexes, and its documents."""
    drawn = _Drawn(draw, [])
    documents = {}
    for collection in ("first", "second thing")[: draw(st.integers(1, 2))]:
        name = collection.replace(" ", "_")
        id_line = draw(st.sampled_from(sorted(IDS)))
        lines, rows, plain = drawn.fields(0)
        for n, row in enumerate(rows):
            row["_id"] = IDS[id_line](n)
        own = [f"  key {id_line}", *lines, *_index(draw, plain)]
        if draw(st.booleans()):
            drawn.blocks.append("/// @changeImages")
        drawn.blocks.append(
            f"model {name} {{\n" + "\n".join(own) + f'\n  @@map("{collection}")\n}}\n'
        )
        documents[collection] = rows
    return Database(HEAD + "\n".join(drawn.blocks), documents)


# --- what MongoDB keeps of a schema ---


def kept(datamodel: Datamodel) -> dict[str, Any]:
    """What MongoDB keeps: stored names, types, arities, indexes; composite types unfolded."""
    indexes = wanted_indexes(datamodel)
    return {
        model.db_name: {
            "fields": _kept_fields(datamodel, model),
            "indexes": sorted(map(repr, (index.document() for index in indexes[model.db_name]))),
        }
        for model in datamodel.models
    }


def _kept_fields(datamodel: Datamodel, owner: Model | CompositeType) -> dict[str, Any]:
    return {
        item.db_name: (
            _kept_fields(datamodel, datamodel.type[item.type])
            if item.kind == "composite"
            else _type(item),
            item.is_list,
            item.is_required,
            item.is_id,
        )
        for item in owner.fields
        if item.kind != "relation"
    }


def _type(item: Field) -> str:
    return f"{item.type} {item.native_type.name if item.native_type else ''}"


def parsed(database: Database) -> Datamodel:
    """The datamodel of a database's schema."""
    return parse(database.text)
