"""What a `where` and a page mean, in plain Python: the oracle of the property tests.

Written from Prisma's documentation, not from our code: a missing value matches no operator but
`isSet`, `NOT` turns the operators round and so does not bring missing values back, null is smaller
than nothing and greater than nothing, and `none` and `isNot` count a missing value as a match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from prisma.fields import Base64, Json

Row = Mapping[str, Any]
Related = Callable[[Row, str], list[Row]]
"""The records behind a relation field of a row."""

MISSING: Any = object()
TO_MANY = ("children", "friends")
TO_ONE = ("parent",)


class Meaning:
    """Whether rows match a `where`.

    Args:
        related: follows relations.
        missing: what an operator says of a missing value: True inside `none` and `isNot`.
    """

    def __init__(self, related: Related = lambda _row, _name: [], missing: bool = False) -> None:
        self._related = related
        self._missing = missing

    def matches(self, where: Mapping[str, Any], row: Row) -> bool:
        """Whether the row is found."""
        return self._where(where, row, negated=False, depth=0) is not False

    def _where(
        self, where: Mapping[str, Any], row: Row, *, negated: bool, depth: int
    ) -> bool | None:
        """None where nothing is said."""
        parts = [self._entry(key, value, row, negated, depth) for key, value in where.items()]
        return _joined(parts, any_of=negated)

    def _entry(self, key: str, value: Any, row: Row, negated: bool, depth: int) -> bool | None:
        if key in ("AND", "OR", "NOT"):
            flipped = negated != (key == "NOT")
            parts = [self._where(item, row, negated=flipped, depth=depth + 1) for item in value]
            found = _joined(parts, any_of=negated != (key == "OR"))
            return (key != "OR") != negated if found is None and depth == 0 else found
        if key in TO_MANY:
            parts = [self._to_many(row, key, name, inner, negated) for name, inner in value.items()]
        elif key in TO_ONE:
            parts = [self._to_one(row, key, name, inner, negated) for name, inner in value.items()]
        else:
            operators = value if isinstance(value, Mapping) else {"equals": value}
            return self._scalar(row.get(key, MISSING), operators, negated, any_of=negated)
        return _joined(parts, any_of=negated)

    # --- relations ---

    def _to_many(
        self, row: Row, key: str, quantifier: str, where: Mapping[str, Any], negated: bool
    ) -> bool:
        rows = self._related(row, key)
        strict, lenient = Meaning(self._related), Meaning(self._related, missing=True)
        if quantifier == "every":
            return all(strict.matches(where, item) for item in rows) != negated
        if (quantifier == "some") != negated:
            return any(strict.matches(where, item) for item in rows)
        return not any(lenient.matches(where, item) for item in rows)

    def _to_one(self, row: Row, key: str, name: str, where: Any, negated: bool) -> bool:
        rows = self._related(row, key)
        wanted = negated != (name == "is")
        if where is None:
            return bool(rows) != wanted
        if self._where(where, row, negated=False, depth=0) is None:
            return bool(rows) == wanted
        if wanted:
            return any(Meaning(self._related).matches(where, item) for item in rows)
        lenient = Meaning(self._related, missing=True)
        return any(not lenient.matches(where, item) for item in rows)

    # --- scalars ---

    def _scalar(
        self, value: Any, operators: Mapping[str, Any], negated: bool, *, any_of: bool
    ) -> bool | None:
        """`NOT` around a field asks for any of its operators turned round, `not` for all."""
        ignore_case = operators.get("mode") == "insensitive"
        parts: list[bool | None] = []
        for name, operand in operators.items():
            if name == "not":
                inner = operand if isinstance(operand, Mapping) else {"equals": operand}
                mode = {"mode": "insensitive"} if ignore_case else {}
                parts.append(self._scalar(value, {**inner, **mode}, not negated, any_of=any_of))
            elif name != "mode":
                parts.append(self._operator(value, name, operand, negated, ignore_case))
        return _joined(parts, any_of=any_of)

    def _operator(
        self, value: Any, name: str, operand: Any, negated: bool, ignore_case: bool
    ) -> bool:
        if name == "isSet":
            return bool(((value is not MISSING) == operand) != negated)
        if value is MISSING:
            return self._missing
        if name == "equals" and isinstance(operand, list) and value is None:
            value = []  # a list that is null is empty
        operand = _plain(operand)
        if ignore_case:
            value, operand = _lowered(value), _lowered(operand)
        if name in ("lt", "lte", "gt", "gte"):
            return value is not None and _compares(value, name, operand) != negated
        return _holds(value, name, operand) != negated


def _joined(parts: Iterable[bool | None], *, any_of: bool) -> bool | None:
    said = [part for part in parts if part is not None]
    return (any(said) if any_of else all(said)) if said else None


def _holds(value: Any, name: str, operand: Any) -> bool:
    match name:
        case "equals":
            return bool(value == operand)
        case "in":
            return value in operand
        case "notIn":
            return value not in operand
        case "contains":
            return value is not None and operand in value
        case "startsWith":
            return value is not None and str(value).startswith(operand)
        case "endsWith":
            return value is not None and str(value).endswith(operand)
        case "has":
            return operand in (value or ())
        case "hasEvery":
            return set(operand) <= set(value or ())
        case "hasSome":
            return bool(set(operand) & set(value or ()))
        case "isEmpty":
            return bool((not value) == operand)
        case _:
            raise AssertionError(name)


def _compares(value: Any, name: str, operand: Any) -> bool:
    match name:
        case "lt":
            return bool(value < operand)
        case "lte":
            return bool(value <= operand)
        case "gt":
            return bool(value > operand)
        case _:
            return bool(value >= operand)


def _plain(operand: Any) -> Any:
    """An operand without the client's wrappers of Json and Bytes."""
    if isinstance(operand, Json):
        return operand.data
    if isinstance(operand, Base64):
        return operand.decode()
    return [_plain(item) for item in operand] if isinstance(operand, list) else operand


def _lowered(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    return [_lowered(item) for item in value] if isinstance(value, list) else value


# --- pages ---


def ordered(rows: Iterable[Row], keys: list[tuple[str, bool]]) -> list[Row]:
    """The rows by (field, descending), then by id in the direction of the last of them.

    Null and missing come before every value.
    """
    found = sorted(rows, key=lambda row: row["_id"], reverse=bool(keys) and keys[-1][1])
    for name, descending in reversed(keys):
        found.sort(key=lambda row: _sortable(row.get(name)), reverse=descending)
    return found


def _sortable(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)


def page(
    rows: Iterable[Row],
    everything: Iterable[Row],
    keys: list[tuple[str, bool]],
    *,
    take: int | None = None,
    skip: int = 0,
    cursor: Any = None,
    distinct: tuple[str, ...] = (),
) -> list[Row]:
    """A page of the matching `rows`; the cursor is an id of `everything`, matching or not."""
    backwards = take is not None and take < 0
    found = ordered(rows, keys)
    whole = ordered(everything, keys)
    if backwards:
        found, whole = found[::-1], whole[::-1]
    matching, found = found, _distinct(found, distinct)
    if cursor is not None:
        found = _from_cursor(found, whole, cursor)
        if _holds_id(matching, cursor) and not _holds_id(found, cursor):
            skip = max(0, skip - 1)  # the cursor's row, which distinct has dropped
    found = found[skip:]
    if take is not None:
        found = found[: abs(take)]
    return found[::-1] if backwards else found


def _distinct(rows: list[Row], names: tuple[str, ...]) -> list[Row]:
    first: dict[tuple[Any, ...], Row] = {}
    for number, row in enumerate(rows):
        key = tuple(row.get(name) for name in names) if names else (number,)
        first.setdefault(key, row)
    return list(first.values())


def _from_cursor(found: list[Row], whole: list[Row], cursor: Any) -> list[Row]:
    """Where the cursor is not among them, the page begins with the first row behind it."""
    place = [row["_id"] for row in whole].index(cursor) if _holds_id(whole, cursor) else len(whole)
    behind = {row["_id"] for row in whole[place:]}
    return [row for row in found if row["_id"] in behind]


def _holds_id(rows: list[Row], value: Any) -> bool:
    return any(row["_id"] == value for row in rows)
