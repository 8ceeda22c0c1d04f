"""Input as an attacker or a broken program writes it, and requests spoiled with it.

Marks tell afterwards where input has come to (`evidence.py`): `SMUGGLED` stands under keys that
look like operators and nowhere else; `PATH`, `VARIABLE` and `PATTERN` are texts that MongoDB would
evaluate in the wrong place.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from bson import Code, Int64, ObjectId, Regex
from hypothesis import strategies as st
from prisma.fields import Base64, Json

from prismongo.query.nodes.requests import Name

SMUGGLED: Final = "smuggled!"
PATH: Final = "$canary"
VARIABLE: Final = "$$canary"
PATTERN: Final = "(canary|.*)"

OPERATORS: Final = (
    *("$gt", "$gte", "$lt", "$ne", "$eq", "$in", "$nin", "$not", "$or", "$nor", "$and", "$exists"),
    *("$regex", "$where", "$expr", "$function", "$accumulator", "$jsonSchema", "$elemMatch"),
    *("$text", "$near", "$literal", "$set", "$unset", "$inc", "$rename", "$push", "$pull", "$out"),
    *("$merge", "$lookup", "$oid", "$date", "$numberDouble", "$binary", "$ref", "$comment"),
    *("$canary", "$", "$$ROOT", "$type", "$size", "$mod", "$all", "$replaceRoot", "$code"),
)
KEYS: Final = (
    *OPERATORS,
    *("", " ", "a.b", ".", "a.", "\0", "a\0b", "__proto__", "constructor", "__class__", "_id"),
    *("\ud800", "AND", "OR", "NOT", "is", "isNot", "some", "every", "none", "equals", "not", "in"),
    *("contains", "mode", "set", "push", "unset", "increment", "create", "connect", "data"),
    *("where", "id", "name", "_count", "_sum", "_max", "sort", "update", "upsert", "x" * 10_000),
    *("has", "isEmpty", "isSet", "_ref", "_container", "notIn", "gt", "createMany", "skip"),
    *(0, 1.5, None, True, b"a", (), ("$gt", "a")),
)
TEXTS: Final = (
    *("", "a", " ", "\0", "a\0b", "\ud800", "a\udfffb", "\ufeff", "\U0010ffff", "é" * 300),
    *(PATH, VARIABLE, PATTERN, "$hashedPassword", "$$ROOT", "$where", "a.b", "__proto__"),
    *("[object Object]", "null", "NaN", "-Infinity", "1e999", "' || '1'=='1", "asc", "insensitive"),
    *("5f5f5f5f5f5f5f5f5f5f5f5f", "5f5f5f5f5f5f5f5f5f5f5f5g", "2024-01-01T00:00:00Z", "{}", "["),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9" * 5_000, "[" * 20_000),
)
NUMBERS: Final = (
    *(0, -1, 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, -(10**30)),
    *(0.5, -0.0, 1e308, 5e-324, 1e19, float("nan"), float("inf"), float("-inf")),
    *(Decimal("NaN"), Decimal("sNaN"), Decimal("1e7000"), Decimal("1." + "3" * 40), Int64(7)),
)


class Colour(Enum):
    """An enum that no schema knows."""

    RED = "red"


class Text(str):
    """A subclass, as enums and markup types are."""

    __slots__ = ()


OBJECTS: Final[tuple[Any, ...]] = (
    *(b"", b"\0\xff", bytearray(b"a"), memoryview(b"a"), ObjectId("5f" * 12), uuid.UUID(int=7)),
    *(datetime(2024, 1, 1), datetime.min, datetime.max.replace(tzinfo=UTC)),  # noqa: DTZ001, DTZ901
    *(datetime.min.replace(tzinfo=timezone(timedelta(hours=23))), timedelta(1), Colour.RED),
    *(Text(PATH), Name("canary"), Name("$gt"), Regex("canary"), Code("canary"), Base64(b"!")),
    *(object, range(3), 1j, Ellipsis, NotImplemented, iter(()), {}.keys(), object()),
)
JSONS: Final[tuple[Any, ...]] = (
    *({"$gt": SMUGGLED}, "\ud800", float("nan"), {"a\0": 1}, None, {"$oid": "no"}),
    *({"$numberLong": "x"}, {"$date": "x"}, {"$regex": "("}, {1: {2: 3}}, {"$uuid": "x"}),
    *({"$binary": {"base64": "!", "subType": "zz"}}, {"$timestamp": {"t": -1, "i": 2**70}}),
    *(2**64, {"$ref": "users", "$id": 1}, {"$code": "x", "$scope": 1}, b"a", object(), {"": ""}),
    *({"$date": {"$numberLong": "9" * 30}}, {"$numberDecimal": "x"}, [{"$minKey": 1}]),
)
"""What may stand inside of `Json`."""

MEGABYTES: Final = 10 * 2**20


@dataclass(frozen=True)
class Deep:
    """An object or a list in another, so many times; made only when it is used."""

    kind: str
    depth: int

    def made(self) -> Any:
        """The whole of it."""
        found: Any = SMUGGLED if self.kind.startswith("$") else "deep"
        for _ in range(self.depth):
            found = [found] if self.kind == "[]" else {self.kind: found}
        return found


@dataclass(frozen=True)
class Long:
    """A text of ten megabytes, or of so many."""

    size: int = MEGABYTES

    def made(self) -> str:
        """The whole of it."""
        return "x" * self.size


def _json_of(value: Any) -> Any:
    return Json(value)


scalars: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.sampled_from(TEXTS),
    st.sampled_from(OBJECTS),
    st.builds(_json_of, st.sampled_from(JSONS)),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
)
smuggling: Final = st.builds(
    lambda name, inside: {name: [SMUGGLED] if inside else SMUGGLED},
    st.sampled_from(OPERATORS),
    st.booleans(),
)
deep: Final = st.builds(
    Deep,
    st.sampled_from(("[]", "AND", "NOT", "OR", "is", "not", "$gt", "parent", "data", "equals")),
    st.sampled_from((5, 60, 120, 300, 1_000, 20_000)),
)
leaves: Final = st.one_of(scalars, smuggling, scalars, smuggling, deep)
values: Final = st.one_of(
    st.sampled_from((PATH, VARIABLE, PATTERN, {"$gt": SMUGGLED})),
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    leaves,
    st.lists(leaves, max_size=3),
    st.dictionaries(st.sampled_from(KEYS), leaves, max_size=3),
    st.builds(
        lambda name, value: {name: value},
        st.sampled_from(KEYS),
        st.dictionaries(st.sampled_from(KEYS), leaves, max_size=2) | st.lists(leaves, max_size=2),
    ),
    st.builds(_json_of, st.dictionaries(st.sampled_from(OPERATORS), leaves, max_size=2)),
)
"""What may stand where something else was expected."""

spoilings: Final = st.lists(
    st.tuples(st.integers(0, 2**16), st.booleans(), st.sampled_from(KEYS), values), max_size=2
)
"""Where (a number, taken modulo), whether a key is added or a value replaced, and by what."""

Spoiling = tuple[int, bool, Any, Any]


def spoiled(arguments: Mapping[str, Any], spoilings: list[Spoiling]) -> dict[str, Any]:
    """A copy of the arguments with hostile values in some places; arguments keep their names."""
    found: dict[str, Any] = _copied(arguments)
    for place, adds, key, value in spoilings:
        places = list(_places(found))
        if not places:
            break
        holder, name = places[place % len(places)]
        inner = holder[name]
        if adds and isinstance(inner, dict):
            inner[key] = _made(value)
        else:
            holder[name] = _made(value)
    return found


def _made(value: Any) -> Any:
    match value:
        case Deep() | Long():
            return value.made()
        case Json():
            return Json(_made(value.data))
        case dict():
            return {key: _made(item) for key, item in value.items()}
        case list():
            return [_made(item) for item in value]
        case _:
            return value


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Every place that holds a value, as its container and the key or index in it."""
    if depth > 8:  # what was put there is nested deeper
        return
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, item in pairs:
        yield value, key
        yield from _places(item, depth + 1)
