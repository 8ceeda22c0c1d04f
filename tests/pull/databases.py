"""Random schemas, and documents that show all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
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
NUMBER: Final = 16
"""How many documents show a model: enough for every arity, for each value being another, and for
each member of an enum being there often."""

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


MEMBERS: Final = {"low": "low", "to_do": "to do", "first": "1st"}
"""Members of enums → the stored texts."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Database:
    """A schema, and the documents of its collections."""

    text: str
    documents: dict[str, Rows]


@dataclass(frozen=True)
class Key:
    """What an index may be over.

    Attributes:
        path: the names in the schema.
        kind: the type of the field.
        is_many: whether a document may have several values.
        is_distinct: whether no two documents have one value.
        lacking: the documents that have no value, or null.
    """

    path: str
    kind: str
    is_many: bool
    is_distinct: bool
    lacking: frozenset[int]

    def within(self, name: str, arity: str, lacking: frozenset[int]) -> Key:
        """The same in a field that holds composite values."""
        return Key(
            f"{name}.{self.path}",
            self.kind,
            self.is_many or arity == "[]",
            self.is_distinct,
            self.lacking | lacking,
        )


@dataclass(frozen=True)
class Composite:
    """A composite type: its values, and what indexes may be over in them."""

    name: str
    rows: Rows
    keys: tuple[Key, ...]
    depth: int


@dataclass
class _Drawn:
    """What is drawn so far: blocks of text, and the composite types among them."""

    draw: st.DrawFn
    blocks: list[str] = field(default_factory=list)
    types: list[Composite] = field(default_factory=list)

    def fields(self, depth: int) -> tuple[list[str], Rows, list[Key]]:
        """The lines of fields, what documents hold of them, and what indexes may be over."""
        lines: list[str] = []
        keys: list[Key] = []
        rows: Rows = [{} for _ in range(NUMBER)]
        stored = self.draw(st.lists(st.sampled_from(STORED), min_size=1, max_size=5, unique=True))
        for at, mapped in enumerate(stored):
            name, arity = f"f{depth}x{at}", self.draw(st.sampled_from(["", "?", "[]"]))
            is_once = arity == "?" and self.draw(st.booleans())
            lacking = _lacking(arity, depth, is_once=is_once)
            sort = self.draw(st.integers(0, 7))
            if sort < 2 and depth < 2:
                made = self.composite(depth)
                kind, native, values = made.name, "", list[Any](made.rows)
                keys += [key.within(name, arity, lacking) for key in made.keys]
            elif sort == 2:
                kind, native, values = self.enum(depth)
                keys.append(Key(name, "enum", arity == "[]", False, lacking))
            else:
                kind, native, values = self.scalar(arity)
                is_plain = kind not in ("Boolean", "Json")
                is_many = arity == "[]" or kind == "Json"
                keys.append(Key(name, f"{kind}{native}".strip(), is_many, is_plain, lacking))
            lines.append(f'  {name} {kind}{arity} @map("{mapped}"){native}')
            _fill(rows, mapped, arity, values, lacking)
        return lines, rows, keys

    def scalar(self, arity: str) -> tuple[str, str, list[Any]]:
        kind = self.draw(st.sampled_from(sorted(SCALARS)))
        if kind == "Json" and arity == "[]":
            kind = "String"  # what is mixed in a list is not told from a Json that is a list
        name, _, native = kind.partition(" ")
        return name, f" {native}", [SCALARS[kind](n) for n in range(NUMBER)]

    def enum(self, depth: int) -> tuple[str, str, list[Any]]:
        """An enum: each member is stored four times, also where documents lack a value."""
        number = 2 if depth == 2 else self.draw(st.integers(2, 3))
        members = list(MEMBERS.items())[:number]
        name = f"Enum{len(self.blocks)}"
        lines = "".join(f'  {member} @map("{stored}")\n' for member, stored in members)
        self.blocks.append(f"enum {name} {{\n{lines}}}\n")
        return name, "", [members[n % number][1] for n in range(NUMBER)]

    def composite(self, depth: int) -> Composite:
        """A new composite type, or one that is used elsewhere, too."""
        known = [each for each in self.types if each.depth > depth]
        is_known = self.draw(st.booleans()) if known else False
        if is_known:
            return self.draw(st.sampled_from(known))
        lines, rows, keys = self.fields(depth + 1)
        name = f"Type{len(self.blocks)}"
        self.blocks.append(f"type {name} {{\n" + "\n".join(lines) + "\n}\n")
        made = Composite(name, rows, tuple(keys), depth + 1)
        self.types.append(made)
        return made


def _lacking(arity: str, depth: int, *, is_once: bool) -> frozenset[int]:
    """The documents without a value: an optional field is missing in one and, if not `is_once`,
    null in the next one; a list is empty in one.

    At every depth these are others, so that what is missing outside hides nothing inside.
    """
    match arity:
        case "?":
            return frozenset({1 + 2 * depth} | (set() if is_once else {2 + 2 * depth}))
        case "[]":
            return frozenset({NUMBER - 1})
        case _:
            return frozenset()


def _fill(rows: Rows, name: str, arity: str, values: list[Any], lacking: frozenset[int]) -> None:
    for n, (row, value) in enumerate(zip(rows, values, strict=True)):
        if arity == "[]":
            row[name] = [] if n in lacking else [value, values[0]] if n == 0 else [value]
        elif n not in lacking:
            row[name] = value
        elif n != min(lacking):
            row[name] = None


# --- indexes ---


@dataclass
class _Indexes:
    """The indexes of a model: at most one of a list of fields, and one over texts."""

    draw: st.DrawFn
    keys: list[Key]
    lines: list[str] = field(default_factory=list)

    def plain(self) -> None:
        """A unique or an index over one or two fields, with options."""
        members = self.members(self.keys)
        names = self.draw(st.sampled_from(["", f', map: "my index {len(self.lines)}"']))
        keys = [f"{key.path}{self.draw(st.sampled_from(['', '(sort: Desc)']))}" for key in members]
        options = ["", "/// @sparse", '/// @collation({"locale": "en", "strength": 2})']
        options.append('/// @partial({"a": {"$exists": true}})')
        if [key.kind for key in members] == ["DateTime"]:
            options.append("/// @ttl(864000000)")
        option = self.draw(st.sampled_from(options))
        attribute = "@@index"
        if _may_be_unique(members) and self.draw(st.booleans()):
            attribute = "@@unique"
            if option != "/// @sparse" and _may_be_dense(members) and self.draw(st.booleans()):
                self.lines.append("  /// @dense")
        self.lines += [f"  {option}", f"  {attribute}([{', '.join(keys)}]{names})"]

    def text(self) -> None:
        """A text index, perhaps behind or before a key that sorts."""
        texts = self.members([key for key in self.keys if key.kind == "String"], texts=True)
        keys = [key.path for key in texts]
        others = [key for key in self.keys if key not in texts and not key.is_many]
        is_sorted = self.draw(st.booleans()) if others else False
        if is_sorted:
            order = self.draw(st.sampled_from(["Asc", "Desc"]))
            sorted_by = f"{self.draw(st.sampled_from(others)).path}(sort: {order})"
            keys.insert(self.draw(st.sampled_from([0, len(keys)])), sorted_by)
        name = self.draw(st.sampled_from(["", ', map: "my texts"']))
        self.lines.append(f"  @@fulltext([{', '.join(keys)}]{name})")

    def members(self, keys: list[Key], *, texts: bool = False) -> list[Key]:
        """One or two of the keys; of a plain index only one has several values in a document."""
        found = self.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True))
        return found[:1] if sum(key.is_many for key in found) > 1 and not texts else found


def _may_be_unique(members: list[Key]) -> bool:
    """Whether no two documents violate it, if documents that lack a value are left out."""
    (*others, last) = members
    alone = not others and last.is_many and len(last.lacking) > 1  # lists are not left out
    return all(key.is_distinct for key in members) and not alone


def _may_be_dense(members: list[Key]) -> bool:
    """Whether no two documents violate it, if none is left out, and some would be."""
    lacking = frozenset.intersection(*(key.lacking for key in members))
    return len(lacking) < 2 and any(key.lacking and not key.is_many for key in members)


def _index_lines(draw: st.DrawFn, keys: list[Key]) -> list[str]:
    indexes = _Indexes(draw, keys)
    seen: set[str] = set()
    texts = [indexes.text] if any(key.kind == "String" for key in keys) else []
    for add in [*[indexes.plain] * draw(st.integers(0, 3)), *texts[: draw(st.integers(0, 1))]]:
        before = len(indexes.lines)
        add()
        fields = re.sub(r"\(sort: \w+\)", "", indexes.lines[-1]).partition("[")[2].partition("]")[0]
        if fields in seen:  # MongoDB allows one of these fields, and Prisma does
            del indexes.lines[before:]
        seen.add(fields)
    return indexes.lines


@st.composite
def databases(draw: st.DrawFn) -> Database:
    """A schema of one or two models with composite types, enums and indexes, and its documents."""
    drawn = _Drawn(draw)
    documents = {}
    for collection in ("first", "second thing")[: draw(st.integers(1, 2))]:
        name = collection.replace(" ", "_")
        id_line = draw(st.sampled_from(sorted(IDS)))
        lines, rows, keys = drawn.fields(0)
        for n, row in enumerate(rows):
            row["_id"] = IDS[id_line](n)
        own = [f"  key {id_line}", *lines, *_index_lines(draw, keys)]
        if draw(st.booleans()):
            drawn.blocks.append("/// @changeImages")
        drawn.blocks.append(
            f"model {name} {{\n" + "\n".join(own) + f'\n  @@map("{collection}")\n}}\n'
        )
        documents[collection] = rows
    return Database(HEAD + "\n".join(drawn.blocks), documents)


@st.composite
def reduced(draw: st.DrawFn, text: str) -> str:
    """A schema that lacks some fields and their indexes, and has comments of its user."""
    names = sorted(set(re.findall(r"^  (f\d+x\d+) ", text, re.MULTILINE)))
    kept_always = {"f1x0", "f2x0"}  # a composite type has a field
    dropped = draw(st.sets(st.sampled_from(names))) - kept_always
    lines: list[str] = []
    options: list[str] = []
    for line in text.split("\n"):
        if line.startswith("  /// @"):
            options.append(line)
        elif dropped & set(re.findall(r"f\d+x\d+", line)):
            options = []
        else:
            lines += [*options, line]
            options = []
    end = draw(
        st.sampled_from(["}", "  // mine\n}", "  /* }\n}\n*/\n}", "\n\n  /// @omit\n  /**/ }"])
    )
    return re.sub(r"^\}$", end, "\n".join(lines), flags=re.MULTILINE)


# --- what MongoDB keeps of a schema ---


def kept(datamodel: Datamodel, *, enums: bool) -> dict[str, Any]:
    """What MongoDB keeps: stored names, types, arities, indexes; composite types unfolded.

    Args:
        datamodel: any.
        enums: whether enums are found; else they are texts.
    """
    indexes = wanted_indexes(datamodel)
    return {
        model.db_name: {
            "fields": _kept_fields(datamodel, model, enums=enums),
            "indexes": sorted(map(repr, (index.document() for index in indexes[model.db_name]))),
        }
        for model in datamodel.models
    }


def _kept_fields(
    datamodel: Datamodel, owner: Model | CompositeType, *, enums: bool
) -> dict[str, Any]:
    return {
        item.db_name: (
            _kept_fields(datamodel, datamodel.type[item.type], enums=enums)
            if item.kind == "composite"
            else _type(datamodel, item, enums=enums),
            item.is_list,
            item.is_required,
            item.is_id,
        )
        for item in owner.fields
        if item.kind != "relation"
    }


def _type(datamodel: Datamodel, item: Field, *, enums: bool) -> str:
    if item.kind == "enum":
        return f"{sorted(datamodel.enum[item.type].members)}" if enums else "String "
    return f"{item.type} {item.native_type.name if item.native_type else ''}"


def parsed(database: Database) -> Datamodel:
    """The datamodel of a database's schema."""
    return parse(database.text)
