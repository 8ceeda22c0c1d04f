"""compile, updates: FieldUpdates → update operators, or a pipeline if operators are not enough.

In a pipeline every value is the operand of `$literal`: so no text is ever read as a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, assert_never

from bson import Int64

from prismongo.query.nodes.filters import Path
from prismongo.query.nodes.updates import (
    AddValues,
    Arithmetic,
    ArithmeticOperator,
    DeleteElements,
    FieldUpdate,
    Push,
    RemoveValues,
    Set,
    Unset,
    UpdateElements,
    UpsertComposite,
)
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.compile.condition import compile_condition
from prismongo.stores.mongo.compile.fields import Expression
from prismongo.stores.mongo.compile.filter import dotted
from prismongo.stores.updates import by_operators, negative, plain_values

_OPERATORS: Final[Mapping[ArithmeticOperator, str]] = {
    "increment": "$add",
    "decrement": "$subtract",
    "multiply": "$multiply",
    "divide": "$divide",
}


def compile_update(updates: Sequence[FieldUpdate]) -> Document | list[Document]:
    """An update document if operators are enough, otherwise a pipeline."""
    values = plain_values(updates)
    if values:
        return {"$set": values}
    if by_operators(updates):
        return _operators(updates)
    return _pipeline(updates)


def _operators(updates: Iterable[FieldUpdate]) -> Document:
    document: Document = {}
    for update in updates:
        operator, value = _operator(update)
        document.setdefault(operator, {})[update.path[0]] = value
    return document


def _operator(update: FieldUpdate) -> tuple[str, object]:
    match update:
        case Set(_, value):
            return "$set", value
        case Unset():
            return "$unset", ""
        case Arithmetic():
            return _arithmetic_operator(update)
        case (
            Push()
            | AddValues()
            | RemoveValues()
            | UpsertComposite()
            | UpdateElements()
            | DeleteElements()
        ):
            raise AssertionError(f"{type(update).__name__} needs a pipeline")
        case _:
            assert_never(update)


def _arithmetic_operator(update: Arithmetic) -> tuple[str, object]:
    match update.operator:
        case "increment":
            return "$inc", update.operand
        case "decrement":
            return "$inc", negative(update.operand)
        case "multiply":
            return "$mul", update.operand
        case "divide":
            raise AssertionError("a division needs a pipeline")
        case _:
            assert_never(update.operator)


# --- pipelines ---


def _pipeline(updates: Iterable[FieldUpdate]) -> list[Document]:
    """One `$set` stage and one `$unset` stage at most, because servers limit the stages.

    An expression reads the document as it was before the stage. So updates of which one changes
    what another one reads become one expression.
    """
    assigned: Document = {}
    removed: list[str] = []
    for group in _overlapping(updates):
        root = min((update.path for update in group), key=len)
        name = dotted(root)
        if isinstance(group[0], Unset) and len(group) == 1:
            removed.append(name)
        else:
            assigned[name] = _one_after_the_other(group, root)
    stages: list[Document] = [{"$set": assigned}] if assigned else []
    return [*stages, {"$unset": removed}] if removed else stages


def _overlapping(updates: Iterable[FieldUpdate]) -> Iterable[list[FieldUpdate]]:
    """The updates in groups, in their order: paths of two groups do not contain one another."""
    by_name: dict[str, list[list[FieldUpdate]]] = {}
    for update in updates:
        groups = by_name.setdefault(update.path[0], [])
        mine = [group for group in groups if any(_overlap(update, other) for other in group)]
        others = [group for group in groups if group not in mine]
        joined = [other for group in mine for other in group]
        by_name[update.path[0]] = [*others, [*joined, update]]
    return (group for groups in by_name.values() for group in groups)


def _overlap(first: FieldUpdate, second: FieldUpdate) -> bool:
    shorter = min(len(first.path), len(second.path))
    return first.path[:shorter] == second.path[:shorter]


def _one_after_the_other(updates: Iterable[FieldUpdate], root: Path) -> Expression:
    """The value at `root` after the updates, each of which reads what the one before has left."""
    value: Expression = "$" + dotted(root)
    for update in updates:
        path = update.path[len(root) :]
        if isinstance(value, str):
            value = _changed(value, path, update)
        else:
            changed = _changed("$$held", path, update)
            value = {"$let": {"vars": {"held": value}, "in": changed}}
    return value


def _changed(base: str, path: Path, update: FieldUpdate) -> Expression:
    """The value `base` after an update of what is at `path` inside it, where objects are made."""
    if not path:
        return _expression(update, base)
    value = _changed(f"{base}.{path[0]}", path[1:], update)
    if isinstance(update, Unset):
        return {"$cond": [_is_object(base), _with_field(base, path[0], value), base]}
    made = {"$cond": [_is_object(base), base, {"$literal": {}}]}
    return _with_field(made, path[0], value)


def _with_field(item: Expression, name: str, value: Expression) -> Expression:
    return {"$setField": {"field": {"$literal": name}, "input": item, "value": value}}


def _expression(update: FieldUpdate, current: str) -> Expression:
    """The new value of a field whose value is `current`."""
    match update:
        case Set(_, value):
            return {"$literal": value}
        case Unset():
            return "$$REMOVE"
        case Arithmetic():
            return _arithmetic(update, current)
        case Push(_, values):
            return {"$concatArrays": [_as_list(current), {"$literal": list(values)}]}
        case AddValues(_, values):
            return _added(_as_list(current), values)
        case RemoveValues(_, values):
            keep = {"$not": [{"$in": ["$$e", {"$literal": list(values)}]}]}
            return _filtered(current, keep)
        case UpsertComposite(path, value, updates):
            updated = _composite_expression(
                current, [(inner, inner.path[len(path) :]) for inner in updates]
            )
            return {"$cond": [_is_object(current), updated, {"$literal": value}]}
        case UpdateElements(_, where, updates):
            updated = _composite_expression("$$e", [(inner, inner.path) for inner in updates])
            chosen = {"$cond": [compile_condition(where, "$$e"), updated, "$$e"]}
            mapped = {"$map": {"input": current, "as": "e", "in": chosen}}
            return {"$cond": [{"$isArray": [current]}, mapped, current]}
        case DeleteElements(_, where):
            return _filtered(current, {"$not": [compile_condition(where, "$$e")]})
        case _:
            assert_never(update)


def _added(held: Expression, values: Sequence[object]) -> Expression:
    """The list, then each value that is not in it yet; `$setUnion` would change the order."""
    longer = {"$concatArrays": ["$$value", ["$$this"]]}
    each = {"$cond": [{"$in": ["$$this", "$$value"]}, "$$value", longer]}
    return {"$reduce": {"input": {"$literal": list(values)}, "initialValue": held, "in": each}}


def _filtered(current: str, keep: Expression) -> Expression:
    """The elements `$$e` of a list that are to be kept; another value stays as it is."""
    kept = {"$filter": {"input": current, "as": "e", "cond": keep}}
    return {"$cond": [{"$isArray": [current]}, kept, current]}


def _arithmetic(update: Arithmetic, current: str) -> Expression:
    """Integers are calculated as decimals: beyond 64 bits MongoDB would use doubles, which round.

    `$toLong` and `$toInt` truncate, and raise an error if the result does not fit.
    """
    operator, operand = _OPERATORS[update.operator], {"$literal": update.operand}
    if not update.is_integer:
        return {operator: [current, operand]}
    to_stored = "$toLong" if isinstance(update.operand, Int64) else "$toInt"
    return {to_stored: {operator: [{"$toDecimal": current}, operand]}}


def _composite_expression(base: str, updates: Sequence[tuple[FieldUpdate, Path]]) -> Expression:
    """The object `base` after the updates, whose paths are relative to it."""
    result: Expression = base
    names = dict.fromkeys(path[0] for _, path in updates)
    for name in names:
        mine = [(update, path) for update, path in updates if path[0] == name]
        current = f"{base}.{name}"
        deeper = [(update, path[1:]) for update, path in mine if len(path) > 1]
        value = (
            _composite_expression(current, deeper) if deeper else _expression(mine[-1][0], current)
        )
        result = _with_field(result, name, value)
    return result


def _is_object(value: str) -> Expression:
    return {"$eq": [{"$type": value}, "object"]}


def _as_list(value: str) -> Expression:
    return {"$cond": [{"$isArray": [value]}, value, []]}
