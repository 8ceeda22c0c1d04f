"""Documents of `everything.py`: good, and odd in one or two places. Chance is the caller's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import bson
from bson import Binary, DatetimeMS, Decimal128, Int64, ObjectId, Timestamp

from tests.hostile_documents import VALUES
from tests.native.everything import DATAMODEL, FIELDS

Choose = Callable[[Sequence[Any]], Any]
"""One of several, by chance."""

MOMENTS: Final = (
    *(0, -1, 999, -62135596800000, 253402300799999, 951782400000, 951868800000, 4107542400000),
    *(-2208988800000, -86400001, 1735689599999),
    *(-62135596800001, 253402300800000, 2**63 - 1, -(2**63)),  # beyond the years 1 to 9999
)
GOOD: Final[dict[str, tuple[Any, ...]]] = {
    "text": ("", "x", "hällo wörld", "😀" * 9, "a\0b", ObjectId()),
    "key": (ObjectId(), "507f"),
    "flag": (True, False),
    "whole": (0, -1, Int64(2**63 - 1), Int64(-(2**63)), 2**31 - 1, 1.9, -0.5),
    "small": (0, -1, 5, Int64(2**40), 2.5),
    "long": (0, Int64(2**62), -7),
    "double": (0.0, -0.0, 1.5, math.inf, math.nan, 5, Int64(2**60)),
    "moment": (*map(DatetimeMS, MOMENTS[:11]), Timestamp(2**32 - 1, 1)),
    "stamp": (Timestamp(0, 0), Timestamp(2**32 - 1, 9), datetime(2024, 2, 29, tzinfo=UTC)),
    "exact": (Decimal128("1.50"), Decimal128("NaN"), 3, 0.1),
    "bytes": (b"", b"ab", Binary(b"x" * 16, 4), Binary(b"x", 2), ObjectId()),
    "twelve": (ObjectId(), b"abc"),
    "json": (1, "x", [1, {"a": None}], {"a": {"b": [1.5, Int64(2)]}}, *VALUES.values()),
    "role": ("USER", "administrator"),
}


def deep(levels: int, *, is_list: bool, leaf: Any) -> Any:
    """A place with a spot that has a spot, and so on; the deepest is `leaf`."""
    for _ in range(levels):
        leaf = {"city": "x", "spots": [leaf]} if is_list else {"city": "x", "spot": leaf}
    return {"city": "x", "inner": leaf, "others": [leaf]}


DEEP: Final = (
    deep(3, is_list=False, leaf={"city": "y", "kind": "administrator"}),
    deep(3, is_list=True, leaf={"city": "y", "spot": {"city": "z"}}),
    deep(90, is_list=False, leaf={"city": "y"}),
    deep(40, is_list=True, leaf={"city": "y"}),
)
PLACES: Final[tuple[Any, ...]] = (
    {"city": "x"},
    {"city": "é", "st": None, "exact": Decimal128("1"), "floors": [1, Int64(2)], "more": {"a": []}},
    {"inner": {"city": "y", "kind": "administrator"}, "city": "x", "others": [{"city": "z"}]},
    *DEEP,
)
ODD: Final = (
    *VALUES.values(),
    *(DatetimeMS(each) for each in MOMENTS),
    *("ADMIN", "OWNER", [], [None], ["x", 1], [["x"]], {}, {"city": 1}, {"city": None}),
    *({"city": "x", "floors": [None]}, {"city": "x", "inner": {}}, [{"city": "x"}, {}], [{}]),
    {"$ref": "a", "$id": 1},
    {"city": "x", "$ref": "a", "$id": 1},
    *(deep(each, is_list=True, leaf={"city": "x", "spot": 1}) for each in (1, 2, 10, 40)),
    *(deep(each, is_list=False, leaf={"city": None}) for each in (1, 2, 60, 63, 90)),
)
NAMES: Final = {name: DATAMODEL.model["Everything"].by_name[name].db_name for name in FIELDS}


def good(choose: Choose) -> dict[str, Any]:
    """A document that fits, which may lack what may be lacking."""
    return {NAMES[name]: _good(name, choose) for name in FIELDS if _is_there(name, choose)}


def odd(choose: Choose) -> bytes:
    """A document that may have values of other types, nothing, more, or a name twice."""
    values = list(good(choose).items())
    for _ in range(choose((0, 0, 1, 1, 2))):
        name = choose([*NAMES.values(), "odd", "$odd", ""])
        values[choose(range(len(values)))] = (name, choose(ODD))
    for _ in range(choose((0, 0, 1))):
        values.pop(choose(range(len(values))))
    if choose((False, False, True)):
        at = choose(range(len(values)))
        values = values[at:] + values[:at]
    return of_elements([bson.encode({name: value})[4:-1] for name, value in values])


def of_elements(elements: Sequence[bytes]) -> bytes:
    """A document of encoded elements, in which a name may be there twice."""
    body = b"".join(elements)
    return (len(body) + 5).to_bytes(4, "little") + body + b"\0"


def _good(name: str, choose: Choose) -> Any:
    if name == "id":
        return ObjectId()
    kind, form = name[:-1], name[-1]
    values = PLACES if kind == "place" else GOOD[kind]
    if form == "s":
        return [choose(values) for _ in range(choose((0, 1, 3)))]
    return choose(values)


def _is_there(name: str, choose: Choose) -> bool:
    return name == "id" or name[-1] == "1" or choose((True, True, False))
