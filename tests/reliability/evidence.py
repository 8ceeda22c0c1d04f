"""What input has become, read off the commands that the driver sent: proof, or what speaks against.

The rules are MongoDB's own: in a query an object of `$…` keys is operators, anything else a value;
in an expression every object and every text with `$` is evaluated, but for what stands behind
`$literal`; what is inserted, or set by an update's operator, is stored as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bson import Code, Regex

from tests.commands import Sent
from tests.reliability.hostile import PATTERN, SMUGGLED

JOINING: Final = ("$and", "$or", "$nor")
TESTS: Final = {
    *("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$all"),
    *("$exists", "$type", "$size", "$regex", "$options"),
}
"""The operators of a query whose operand is a value."""

STAGES: Final = {
    *("$match", "$lookup", "$sort", "$skip", "$limit", "$project", "$unset", "$set", "$group"),
    *("$unwind", "$replaceRoot", "$count"),
}
EXPRESSIONS: Final = {
    *("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$and", "$or", "$not", "$in", "$cond", "$ifNull"),
    *("$toLower", "$toString", "$toDecimal", "$toLong", "$toInt", "$type", "$size", "$map"),
    *(
        "$filter",
        "$reduce",
        "$isArray",
        "$concatArrays",
        "$setField",
        "$mergeObjects",
        "$first",
        "$sum",
    ),
    *("$avg", "$min", "$max", "$add", "$subtract", "$multiply", "$divide", "$regexMatch"),
    *("$indexOfBytes", "$strLenBytes", "$substrBytes", "$setIsSubset", "$setIntersection"),
    *("$anyElementTrue", "$allElementsTrue"),
}
UPDATES: Final = {"$set", "$unset", "$inc", "$mul"}
MARK: Final = "canary"

Found = Iterator[str]


class Evidence(Sent):
    """The commands since the last `clear`."""

    def against(self) -> list[str]:
        """Everything in the commands that was a value when it came in."""
        found = [found for command in self.commands for found in _command(command)]
        self.clear()
        return found


def _command(command: dict[str, Any]) -> Found:
    match command:
        case {"find": str(), **parts}:
            yield from _query(parts.get("filter", {}))
            yield from _names(parts.get("projection") or {})
            yield from _names(parts.get("sort") or {})
        case {"aggregate": str(), "pipeline": pipeline}:
            yield from _pipeline(pipeline)
        case {"insert": str(), "documents": documents}:
            for document in documents:
                yield from _names(document)
        case {"update": str(), "updates": updates}:
            for update in updates:
                yield from _query(update["q"])
                yield from _update(update["u"])
        case {"delete": str(), "deletes": deletes}:
            for delete in deletes:
                yield from _query(delete["q"])
        case {"findAndModify": str(), **parts}:
            yield from _query(parts.get("query", {}))
            yield from _update(parts.get("update") or {})
            yield from _names(parts.get("fields") or {})
        case {"ping": _} | {"commitTransaction": _} | {"abortTransaction": _} | {"getMore": _}:
            return
        case other:
            yield f"a command that nobody asked for: {next(iter(other))}"


def _names(document: Mapping[str, Any]) -> Found:
    """Names are the schema's: no operator, no path from outside."""
    for name in document:
        if str(name).startswith("$") or MARK in str(name):
            yield f"the name {name!r}"


def _query(query: Any) -> Found:
    for key, value in query.items():
        if key in JOINING:
            for part in value:
                yield from _query(part)
        elif key == "$expr":
            yield from _expression(value)
        elif key.startswith("$") or MARK in key:
            yield f"{key!r} in a query"
        elif isinstance(value, Mapping) and any(name.startswith("$") for name in value):
            yield from _condition(value)
        else:
            yield from _value(key, value)


def _condition(condition: Mapping[str, Any]) -> Found:
    for operator, operand in condition.items():
        if operator == "$not" and isinstance(operand, Mapping):
            yield from _condition(operand)
        elif operator == "$elemMatch":
            yield from _query(operand)
        elif operator == "$not" or operator in TESTS:
            yield from _value(operator, operand)
        else:
            yield f"{operator!r} in a condition"


def _value(place: str, value: Any) -> Found:
    """A value in a query; a document is one only behind `$eq` and its like."""
    if value == SMUGGLED or (isinstance(value, list) and SMUGGLED in value):
        yield f"{place}: what stood under an operator's name"
    if isinstance(value, Regex):
        if PATTERN in value.pattern:
            yield f"{place}: a pattern from outside"
        if place not in ("$regex", "$not", "$in", "$nin", "$all", "$eq", "$ne"):
            yield f"{place}: a pattern"
    if isinstance(value, Code):
        yield f"{place}: code"
    if isinstance(value, Mapping) and place not in TESTS:
        yield f"{place}: a document without `$eq`"


def _pipeline(pipeline: Sequence[Any]) -> Found:
    for stage in pipeline:
        for name, body in stage.items():
            if name not in STAGES:
                yield f"the stage {name!r}"
            elif name == "$match":
                yield from _query(body)
            elif name == "$lookup":
                yield from _pipeline(body.get("pipeline", ()))
                yield from _expression(body.get("let", {}))
            else:
                yield from _expression(body)


def _expression(expression: Any) -> Found:
    match expression:
        case Mapping():
            for key, value in expression.items():
                if key == "$literal":
                    continue
                if (key.startswith("$") and key not in EXPRESSIONS) or MARK in key:
                    yield f"{key!r} in an expression"
                yield from _expression(value)
        case list() | tuple():
            for item in expression:
                yield from _expression(item)
        case str() if MARK in expression or expression == SMUGGLED:
            yield f"the text {expression[:20]!r} in an expression"
        case Regex() if PATTERN in expression.pattern:
            yield "a pattern from outside in an expression"
        case Code():
            yield "code in an expression"


def _update(update: Any) -> Found:
    if not isinstance(update, Mapping):
        yield from _pipeline(update)
        return
    for operator, body in update.items():
        if operator not in UPDATES:
            yield f"the update {operator!r}"
        else:
            yield from _names(body)
