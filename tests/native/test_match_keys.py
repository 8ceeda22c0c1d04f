"""The keys by which rows are matched with related rows: the same from bytes and from values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import bson
import pytest
from bson import Decimal128, Int64, MinKey, ObjectId, Regex, Timestamp
from prisma.errors import DataError

from prismongo.native import _rows
from prismongo.query.nodes.rows import Unreadable
from prismongo.query.plan.keys import match_keys, reference_key
from prismongo.schema import parse
from prismongo.schema.datamodel import Field
from prismongo.stores.rows import ROWS
from tests.native.everything import rows_of

KEY = ObjectId("507f1f77bcf86cd799439011")
MODEL = parse(
    """
datasource db {
  provider = "mongodb"
  url      = "mongodb://localhost/test"
}

model A {
  id String @id @map("_id") @db.ObjectId
  a  String @db.ObjectId
  b  Int
}
"""
).model["A"]
A: tuple[Field, ...] = (MODEL.by_name["a"],)
BOTH: tuple[Field, ...] = (*A, MODEL.by_name["b"])

VALUES: Final[tuple[Any, ...]] = (
    *(KEY, "", KEY.binary.hex(), 0, -1, 2**31, True, None, 1.5, KEY.binary, b"a", Int64(1)),
    *(Decimal128("1.50"), datetime(2025, 6, 1, tzinfo=UTC), Timestamp(1, 2), Regex("a"), MinKey()),
    *([KEY, "a"], {"a": KEY}, []),
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("fields", [A, BOTH], ids=["one field", "two"])
def test_a_key_in_bytes_is_that_of_the_decoded_row(value: Any, fields: tuple[Field, ...]) -> None:
    encoded = bson.encode({"_id": 1, "a": value, "b": 2})
    found = match_keys(rows_of([encoded]), fields)
    assert found == match_keys([bson.decode(encoded, ROWS)], fields)
    values = tuple(bson.decode(encoded, ROWS)[field.name] for field in fields)
    assert [None if key is None else reference_key(key) for key in found] == [
        None if value is None else values
    ]


@pytest.mark.parametrize("is_in_bytes", [True, False])
def test_keys_are_equal_exactly_where_their_values_are(is_in_bytes: bool) -> None:
    documents = [{"a": value} for value in (KEY, KEY, ObjectId(), KEY.binary, str(KEY), 1, 1.0)]
    rows: Any = rows_of([bson.encode(each) for each in documents]) if is_in_bytes else documents
    first, again, *others = match_keys(rows, A)
    assert first == again
    assert first not in others
    assert others[-1] == others[-2]


def test_a_row_without_the_field_has_no_key() -> None:
    assert match_keys(rows_of([bson.encode({"_id": 1}), bson.encode({"a": KEY})]), A) == [
        None,
        KEY.binary,
    ]


def test_no_rows_have_no_keys() -> None:
    assert match_keys([], A) == []


def test_of_two_elements_of_a_name_the_last_counts() -> None:
    body = bson.encode({"a": ObjectId()})[4:-1] + bson.encode({"a": KEY})[4:-1] + b"\0"
    assert match_keys(rows_of([(len(body) + 4).to_bytes(4, "little") + body]), A) == [KEY.binary]


def test_of_a_row_that_was_changed_its_values_count() -> None:
    (row,) = rows_of([bson.encode({"a": ObjectId()})])
    row["a"] = KEY
    assert match_keys([row], A) == [KEY.binary]


def test_rows_of_all_kinds_stand_beside_each_other() -> None:
    (row,) = rows_of([bson.encode({"a": KEY})])
    unreadable = Unreadable(DataError({"user_facing_error": {}}), {"_id": 1, "a": KEY})
    assert match_keys([row, unreadable, {"a": KEY}, {}], A) == [KEY.binary] * 3 + [None]
    assert match_keys([unreadable, row], A) == [KEY.binary] * 2


def test_what_reading_a_key_raises_is_raised() -> None:
    def fail(row: Any, name: str) -> None:
        raise LookupError(name)

    rows = rows_of([bson.encode({"a": "text"})])
    with pytest.raises(LookupError, match="a"):
        _rows.match_keys(rows, "a", fail)
    with pytest.raises(UnicodeEncodeError):
        _rows.match_keys(rows, "\ud800", fail)


@pytest.mark.parametrize(
    "given", [(), ([], "a"), ((), "a", len), ([], b"a", len), ([], "a", len, 1)], ids=repr
)
def test_other_arguments_are_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=r"match_keys\(rows, name, read\)"):
        _rows.match_keys(*given)
