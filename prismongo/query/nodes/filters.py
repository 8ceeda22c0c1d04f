"""Filters as `validate` leaves them: typed, in stored names, with negation pushed to the leaves.

The stores give each node its meaning (`stores/mongo/compile_filter.py`, `stores/memory`).
Prisma's rule for missing values is in the leaves: every leaf but `IsSet` is false where the value
is missing, negated or not; `Complement` alone is the plain opposite of what it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from prismongo.query.nodes.frozen import frozen
from prismongo.schema.datamodel import Link

Path = tuple[str, ...]
"""Stored names, from the document's root, or from the element's inside `Elements`."""

Equality = Literal["eq", "ne"]
Ordering = Literal["lt", "lte", "gt", "gte"]
Comparison = Literal[Equality, Ordering]
TextMatch = Literal["contains", "startswith", "endswith"]
Quantifier = Literal["some", "every", "none"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that is read from another field of the same record."""

    path: Path


@frozen
@dataclass(frozen=True, slots=True)
class And:
    """All of them; true where there are none."""

    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them; false where there are none."""

    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Complement:
    """Whatever `filter` does not match, missing values included."""

    filter: Filter


@frozen
@dataclass(frozen=True, slots=True)
class Compare:
    """A value against one field.

    `value` is BSON, None for null, or a Reference. `exact` compares whole values (Json), where
    MongoDB's own operators would look inside arrays.
    """

    path: Path
    operator: Comparison
    value: object
    insensitive: bool = False
    exact: bool = False


@frozen
@dataclass(frozen=True, slots=True)
class In:
    """One of the values; `values` may be a Reference to a list field."""

    path: Path
    values: tuple[object, ...] | Reference
    negated: bool = False
    insensitive: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Part of a text; `text` is always taken literally."""

    path: Path
    match: TextMatch
    text: str | Reference
    negated: bool = False
    insensitive: bool = False


@dataclass(frozen=True, slots=True)
class IsSet:
    """Whether the field is present, null or not."""

    path: Path
    is_set: bool


@dataclass(frozen=True, slots=True)
class Has:
    """A list that holds every one, or any one, of the values."""

    path: Path
    values: tuple[object, ...] | Reference
    every: bool
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """A list without elements; a null list of scalars is empty, one of composites is neither."""

    path: Path
    is_empty: bool
    null_is_empty: bool = True


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a list of composites.

    `lenient` counts what an element lacks as a match of `filter`: Prisma does so in `none`. Ask
    `element_filter` for the filter with that in it.
    """

    path: Path
    quantifier: Quantifier
    filter: Filter
    negated: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """Whether a related record exists that matches; `every` is said with a Complement inside."""

    link: Link
    filter: Filter
    exists: bool


@dataclass(frozen=True, slots=True)
class After:
    """The records from a cursor on, in the order of `keys` (path, descending).

    `values` are the cursor's own; None stands for null and missing, which sort first.
    """

    keys: tuple[tuple[Path, bool], ...]
    values: tuple[object, ...]
    inclusive: bool


Filter = (
    And | Or | Complement | Compare | In | Text | IsSet | Has | IsEmpty | Elements | Related | After
)

EVERYTHING = And()
NOTHING = Or()


def both(first: Filter, second: Filter) -> Filter:
    """The records that match both, without needless nesting."""
    if first == EVERYTHING:
        return second
    if second == EVERYTHING:
        return first
    parts = (first.filters if isinstance(first, And) else (first,)) + (
        second.filters if isinstance(second, And) else (second,)
    )
    return And(parts)


def joined(parts: Sequence[Filter | None], *, negated: bool) -> Filter | None:
    """What the parts say together; None where none of them says anything."""
    kept = [part for part in parts if part is not None]
    return join(kept, negated=negated) if kept else None


def join(parts: Sequence[Filter], *, negated: bool) -> Filter:
    """All of them; under a NOT, any of them."""
    if len(parts) == 1:
        return parts[0]
    return Or(tuple(parts)) if negated else And(tuple(parts))


def quantified(link: Link, quantifier: Quantifier, inner: Filter, *, negated: bool) -> Filter:
    """Whether some, every or none of the related records match."""
    match quantifier:
        case "some" | "none":
            exists = (quantifier == "some") != negated
            return Related(link, inner if exists else or_missing(inner), exists)
        case "every":
            return Related(link, Complement(inner), exists=negated)
        case _:
            assert_never(quantifier)


def or_missing(item: Filter) -> Filter:
    """The filter with every leaf true where its value is missing, as Prisma has it in `none`."""
    match item:
        case And(filters):
            return And(tuple(or_missing(part) for part in filters))
        case Or(filters):
            return Or(tuple(or_missing(part) for part in filters))
        case Compare() | In() | Text() | Has() | IsEmpty():
            lacking = [path for path in read_paths(item) if path != ("_id",)]
            return Or((item, *(IsSet(path, is_set=False) for path in lacking))) if lacking else item
        case Elements(path, lenient=lenient):
            return Or((replace(item, lenient=not lenient), IsSet(path, is_set=False)))
        case Complement() | IsSet() | Related() | After():
            return item
        case _:
            assert_never(item)


def read_paths(item: Compare | In | Text | Has | IsEmpty) -> tuple[Path, ...]:
    """The path that a leaf is about, and that of the field it refers to."""
    match item:
        case Compare(value=value) | In(values=value) | Has(values=value) | Text(text=value):
            given = value if isinstance(value, tuple) else (value,)
            return (item.path, *(each.path for each in given if isinstance(each, Reference)))
        case IsEmpty():
            return (item.path,)
        case _:
            assert_never(item)


def element_filter(item: Elements) -> Filter:
    """What each element is asked."""
    return or_missing(item.filter) if item.lenient else item.filter


def has_relations(item: Filter) -> bool:
    """Whether other collections must be looked at."""
    match item:
        case Related():
            return True
        case And(filters) | Or(filters):
            return any(has_relations(part) for part in filters)
        case Complement(inner):
            return has_relations(inner)
        case Compare() | In() | Text() | IsSet() | Has() | IsEmpty() | Elements() | After():
            return False
        case _:
            assert_never(item)
