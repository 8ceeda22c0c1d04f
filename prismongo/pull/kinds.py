"""What values say of a field: its type in the schema (`kind_of`). What is mixed is Json."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from prismongo.pull.observe import Seen, Shape

Arity = Literal["", "?", "[]"]

_SCALARS: Final = {
    "string": "String",
    "objectId": "String @db.ObjectId",
    "bool": "Boolean",
    "int": "Int @db.Int",
    "double": "Float",
    "decimal": "Decimal",
    "date": "DateTime",
    "timestamp": "DateTime @db.Timestamp",
    "binData": "Bytes",
}
_WHOLE: Final = frozenset({"int", "long"})
_NUMBERS: Final = _WHOLE | {"double"}
_KEY_OF_A_MAP: Final = re.compile(r"\d+|[0-9a-fA-F]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-.{12}")

MOST_KEYS: Final = 50
"""An object with more names than this, most of them rare, is a map."""

MOST_MEMBERS: Final = 12
"""The most members of an enum that is found."""

_TIMES_EACH: Final = 4
"""How often the members of an enum occur on average, at least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a field.

    Attributes:
        type: a scalar with its native type; empty for a composite or an enum.
        arity: required, optional or a list.
        shape: the fields of a composite.
        members: the stored texts of an enum.
        mixed: the counts of the types, where there are several.
    """

    type: str
    arity: Arity = ""
    shape: Shape | None = None
    members: tuple[str, ...] = ()
    mixed: str | None = None


def kind_of(seen: Seen, count: int, *, enums: bool) -> Kind:
    """The type of a field that `count` documents or objects may have."""
    types = frozenset(seen.types) - {"null"}
    is_required = seen.present == count and not seen.types["null"]
    arity: Arity = "" if is_required else "?"
    if types == {"array"} and seen.items is not None:
        return _list(seen.items, arity, enums=enums)
    if types == {"object"} and seen.objects is not None and is_composite(seen.objects):
        return Kind("", arity, seen.objects)
    if enums and types == {"string"} and (members := _members(seen)):
        return Kind("", arity, members=members)
    return Kind(_scalar(types, seen), arity, mixed=_counts(seen, count, types))


def _list(items: Seen, arity: Arity, *, enums: bool) -> Kind:
    types = frozenset(items.types)
    if types & {"null", "array"}:
        return Kind("Json", arity, mixed=f"a list with {_words(items)}")
    one = kind_of(items, items.present, enums=enums)
    return Kind(one.type, "[]", one.shape, one.members, one.mixed and f"a list with {one.mixed}")


def _scalar(types: frozenset[str], seen: Seen) -> str:
    if types and types <= _NUMBERS:
        if types == {"int"}:
            return _SCALARS["int"]
        if types <= _WHOLE:
            return "BigInt" if seen.is_large else "Int"
        return "Json" if seen.is_huge else "Float"
    return _SCALARS.get(next(iter(types)), "Json") if len(types) == 1 else "Json"


def _counts(seen: Seen, count: int, types: frozenset[str]) -> str | None:
    if len(types) > 1 or any(name not in _SCALARS and name != "long" for name in types):
        return f"{_words(seen)}, of {count:,}"
    return None


def _words(seen: Seen) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in seen.types.most_common())


def is_composite(shape: Shape) -> bool:
    """Whether objects have the fields of a type; else their names are data, as those of a map."""
    names = list(shape.fields)
    if not names or any(not is_storable(name) for name in names):
        return False
    if all(_KEY_OF_A_MAP.fullmatch(name) for name in names):
        return False
    held = sum(each.present for each in shape.fields.values())
    return len(names) <= MOST_KEYS or held * 5 > shape.count * len(names)


def is_storable(name: str) -> bool:
    """Whether `@map` can name it."""
    return bool(name) and not name.startswith("$") and "." not in name and name.isprintable()


def _members(seen: Seen) -> tuple[str, ...]:
    texts = seen.texts
    if (
        not texts
        or not 1 < len(texts) <= MOST_MEMBERS
        or seen.types["string"] < _TIMES_EACH * len(texts)
    ):
        return ()
    fit = all(text.isprintable() and 0 < len(text) <= 40 for text in texts)
    return tuple(sorted(texts)) if fit else ()
