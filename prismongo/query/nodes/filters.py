"""Filters, made by `validate`: with types and stored names; only the leaves are negated.

The stores implement them (`stores/mongo/compile/filter.py`, `stores/memory/predicate.py`). Prisma's
rule for missing values: every leaf except `IsSet` is false if the value is missing, negated or not.
Only `Complement` is true for everything that its filter does not match.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, assert_never

from prismongo.query.nodes.frozen import frozen
from prismongo.schema.datamodel import Link

YieldT = TypeVar("YieldT")

Path = tuple[str, ...]
"""Stored names from the root of the document; inside `Elements`, from the element."""

Equality = Literal["eq", "ne"]
Ordering = Literal["lt", "lte", "gt", "gte"]
Comparison = Literal[Equality, Ordering]
TextMatch = Literal["contains", "startswith", "endswith"]
Quantifier = Literal["some", "every", "none"]


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of another field of the same record."""

    path: Path


@frozen
@dataclass(frozen=True, slots=True)
class And:
    """All filters match; true if there are none."""

    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one filter matches; false if there are none."""

    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Complement:
    """Everything that `filter` does not match, including missing values."""

    filter: Filter


@frozen
@dataclass(frozen=True, slots=True)
class Compare:
    """Compares a field with a value.

    `value` is BSON, None for null, or a Reference. `exact` compares whole values (Json): MongoDB's
    own operators would also compare the elements of an array.
    """

    path: Path
    operator: Comparison
    value: object
    insensitive: bool = False
    exact: bool = False


@frozen
@dataclass(frozen=True, slots=True)
class In:
    """The field has one of the values; `values` may be a Reference to a list field."""

    path: Path
    values: tuple[object, ...] | Reference
    negated: bool = False
    insensitive: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """The field contains, starts with or ends with `text`, which is taken literally."""

    path: Path
    match: TextMatch
    text: str | Reference
    negated: bool = False
    insensitive: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """The model's text index finds `text` in the record. Neither it nor what holds it is negated.

    `paths` are those of the texts in the index. The words of `text` are alternatives; `"…"` is a
    phrase, `-` excludes.
    """

    paths: tuple[Path, ...]
    text: str


@dataclass(frozen=True, slots=True)
class IsSet:
    """Whether the document has the field; its value may be null."""

    path: Path
    is_set: bool


@dataclass(frozen=True, slots=True)
class Has:
    """The list has all of the values (`every`), or at least one."""

    path: Path
    values: tuple[object, ...] | Reference
    every: bool
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The list is empty; null is an empty list."""

    path: Path
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a list of composites that match a filter.

    With `lenient` a leaf of `filter` is true if the element does not have the value: Prisma has it
    so in `none`. `element_filter` returns the filter with this rule applied.
    """

    path: Path
    quantifier: Quantifier
    filter: Filter
    negated: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """Whether a matching related record exists; `every` is expressed by a Complement inside."""

    link: Link
    filter: Filter
    exists: bool


@dataclass(frozen=True, slots=True)
class After:
    """The records from a cursor on, in the order of `keys` (path, descending).

    `values` are those of the cursor; None is null or missing, which sort first.
    """

    keys: tuple[tuple[Path, bool], ...]
    values: tuple[object, ...]
    inclusive: bool


Filter = (
    And
    | Or
    | Complement
    | Compare
    | In
    | Text
    | Search
    | IsSet
    | Has
    | IsEmpty
    | Elements
    | Related
    | After
)

EVERYTHING = And()

_LEAVES = frozenset({Compare, In, Text, IsSet, Has, IsEmpty, Elements, After})
"""What holds no filter on another record; nearly all parts of filters are of these types."""


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
    """The parts combined; None if there are none."""
    kept = [part for part in parts if part is not None]
    return join(kept, negated=negated) if kept else None


def join(parts: Sequence[Filter], *, negated: bool) -> Filter:
    """All of the parts; below a NOT, any of them."""
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
    """The filter whose leaves are true if the value is missing, as in Prisma's `none`."""
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
        case Complement() | Search() | IsSet() | Related() | After():
            return item
        case _:
            assert_never(item)


def read_paths(item: Compare | In | Text | Has | IsEmpty) -> tuple[Path, ...]:
    """The path of a leaf, and the path of the field that it refers to."""
    match item:
        case Compare(value=value) | In(values=value) | Has(values=value) | Text(text=value):
            given = value if isinstance(value, tuple) else (value,)
            return (item.path, *(each.path for each in given if isinstance(each, Reference)))
        case IsEmpty():
            return (item.path,)
        case _:
            assert_never(item)


def element_filter(item: Elements) -> Filter:
    """The filter that each element is compared with."""
    return or_missing(item.filter) if item.lenient else item.filter


def has_relations(item: Filter) -> bool:
    """Whether the filter needs other collections."""
    match item:
        case Related():
            return True
        case And(filters) | Or(filters):
            others = [part for part in filters if type(part) not in _LEAVES]
            return any(map(has_relations, others))
        case Complement(inner):
            return has_relations(inner)
        case Compare() | In() | Text() | Search() | IsSet() | Has() | IsEmpty() | Elements():
            return False
        case After():
            return False
        case _:
            assert_never(item)


def conditions(item: Filter) -> Iterator[Filter]:
    """What the filter joins by And, Or and Complement, apart from what is inside of others."""
    match item:
        case And(filters) | Or(filters):
            for part in filters:
                yield from conditions(part)
        case Complement(inner):
            yield from conditions(inner)
        case Compare() | In() | Text() | Search() | IsSet() | Has() | IsEmpty() | Elements():
            yield item
        case Related() | After():
            yield item
        case _:
            assert_never(item)


def searches(item: Filter) -> Iterator[Search]:
    """The searches in the filter, apart from those for related records."""
    return (each for each in conditions(item) if isinstance(each, Search))


def is_search(item: Filter) -> bool:
    """Whether the filter searches, apart from what it says of related records."""
    return any(True for _ in searches(item))


def related_filters(item: Filter) -> Iterator[Related]:
    """The filters by related records, apart from those inside others."""
    return (each for each in conditions(item) if isinstance(each, Related))


def with_related(
    item: Filter, replaced: Callable[[Related], Generator[YieldT, Any, Filter]]
) -> Generator[YieldT, Any, Filter]:
    """The filter with others in place of those by related records.

    Args:
        item: the filter.
        replaced: yields reads of what it needs, and returns the filter to take instead.
    """
    match item:
        case And(filters) | Or(filters):
            parts: tuple[Filter, ...] = ()
            for part in filters:
                parts = (*parts, (yield from with_related(part, replaced)))
            return type(item)(parts)
        case Complement(inner):
            return Complement((yield from with_related(inner, replaced)))
        case Related():
            return (yield from replaced(item))
        case Compare() | In() | Text() | Search() | IsSet() | Has() | IsEmpty() | Elements():
            return item
        case After():
            return item
        case _:
            assert_never(item)
