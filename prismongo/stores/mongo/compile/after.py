"""compile, cursors: the documents after a position, in the order in which MongoDB sorts.

`$gt` compares values of one type only, and a list by any of its elements. A sort orders values of
all types, NaN before the other numbers, and takes a list by its least (descending: its greatest)
element. So `$expr` decides. The bounds beside it are true of every document that it accepts; with
them an index is read from the position on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId
from bson.raw_bson import RawBSONDocument

from prismongo.query.nodes.filters import After, Path
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.compile.filter import dotted, merge

_LEAST: Final[Document] = {"$literal": MinKey()}
_GREATEST: Final[Document] = {"$literal": MaxKey()}
_BOUNDS: Final = frozenset({int, Int64, float, Decimal128, str, ObjectId, bool, datetime, bytes})
"""The types of values that may be a bound; these sort after null."""


def compile_after(item: After) -> Document:
    """The documents after a cursor: equal to it in the first keys, after it in the next key."""
    steps: list[Any] = []
    same: list[Document] = []
    for number, ((path, descending), value) in enumerate(zip(item.keys, item.values, strict=True)):
        mine, other = _sort_key(path, descending=descending), _value_key(value, descending)
        operator = "$lt" if descending else "$gt"
        if item.inclusive and number == len(item.keys) - 1:
            operator += "e"
        steps.append(_all([*same, {operator: [mine, other]}]))
        same.append({"$eq": [mine, other]})
    exact = steps[0] if len(steps) == 1 else {"$or": steps}
    return merge([_bound(item), {"$expr": exact}])


def _all(parts: list[Document]) -> Document:
    return parts[0] if len(parts) == 1 else {"$and": parts}


def _sort_key(path: Path, *, descending: bool) -> Any:
    """The expression of what a document is sorted by; null and missing are equal."""
    field = "$" + dotted(path)
    return field if path == ("_id",) else _element_key(field, descending=descending)


def _value_key(value: object, descending: bool) -> Any:
    literal = _literal(value)
    return _element_key(literal, descending=descending) if isinstance(value, list) else literal


def _element_key(value: Any, *, descending: bool) -> Document:
    """The value; of a list its least or greatest element. An empty list sorts before null."""
    first, operator = (_LEAST, "$gt") if descending else (_GREATEST, "$lt")
    nearer = {"$cond": [{operator: ["$$this", "$$value"]}, "$$this", "$$value"]}
    element: Document = {"$reduce": {"input": value, "initialValue": first, "in": nearer}}
    element = {"$cond": [{"$eq": [value, []]}, "$$REMOVE", element]}
    return {"$cond": [{"$isArray": [value]}, element, {"$ifNull": [value, None]}]}


def _literal(value: object) -> Any:
    """A value in an expression. Of a text that is not UTF-8 the bytes are those that are stored."""
    if not isinstance(value, str) or _is_text(value):
        return {"$literal": value}
    data = value.encode("utf-8", "surrogateescape") + b"\0"
    body = b"\x02$literal\0" + len(data).to_bytes(4, "little") + data + b"\0"
    return RawBSONDocument((len(body) + 4).to_bytes(4, "little") + body)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- bounds ---


def _bound(item: After) -> Document:
    """What is true of every document after the cursor; empty if nothing can be said."""
    (path, descending), value = item.keys[0], item.values[0]
    if value is not None and not _is_bound(value):
        return {}
    behind = _behind(path, value, descending=descending, inclusive=False)
    start = _behind(path, value, descending=descending, inclusive=True)
    if len(item.keys) == 1:
        return start if item.inclusive else behind
    rest = After(item.keys[1:], item.values[1:], item.inclusive)
    tied = merge([{dotted(path): {"$eq": value}}, _bound(rest)])
    return merge([start, {"$or": [behind, tied]}])


def _behind(path: Path, value: object, *, descending: bool, inclusive: bool) -> Document:
    """The documents after one value: only an empty list and MinKey come before null and missing."""
    name = dotted(path)
    if value is None:
        if inclusive:
            return {name: {"$in": [MinKey(), [], None]}} if descending else {}
        return {name: {"$in": [MinKey(), []]} if descending else {"$ne": None}}
    bound: Document = {
        "$not": {("$gt" if descending else "$lt") + ("" if inclusive else "e"): value}
    }
    return {name: bound if descending or path == ("_id",) else bound | {"$ne": None}}


def _is_bound(value: object) -> bool:
    return type(value) in _BOUNDS and not (isinstance(value, str) and not _is_text(value))
