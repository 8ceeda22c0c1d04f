"""The accelerator reads what the Python path reads, and answers with its errors."""

from __future__ import annotations

from random import Random
from typing import Any

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prismongo.native import _rows
from prismongo.query.decode.accelerated import SLOTS
from prismongo.query.decode.selected_names import SharedNames
from prismongo.stores.mongo.replies import StoredRow
from tests.native.everything import READER, Everything, accelerated, careful, reply_of, rows_of
from tests.native.odd_documents import NAMES, ODD, deep, good, odd


@settings(max_examples=300)
@given(chance=st.randoms())
def test_an_odd_document_is_read_as_python_reads_it(chance: Random) -> None:
    found = odd(chance.choice)
    assert accelerated(found) == careful(found)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_takes_every_odd_value_as_python_does(name: str) -> None:
    whole = good(lambda values: values[0])
    for value in ODD:
        found = bson.encode(whole | {NAMES[name]: value})
        assert accelerated(found) == careful(found)


def test_a_document_that_is_as_expected_is_not_decoded_as_a_whole() -> None:
    decoded: list[bytes] = []

    class Watched(StoredRow):
        __slots__ = ()

        @staticmethod
        def decoded(document: bytes) -> dict[str, Any]:
            decoded.append(document)
            return StoredRow.decoded(document)

    document = bson.encode(good(lambda values: values[0]))
    parts = _rows.split(reply_of([document] * 3), Watched)
    assert parts is not None
    assert len(READER.many(parts[2])) == 3
    assert document not in decoded
    assert set(map(len, decoded)) < set(range(len(document) // 4))  # Decimal, Bytes and Json alone


@pytest.mark.parametrize(("levels", "is_read"), [(1, True), (20, True), (60, True), (70, False)])
def test_a_type_within_itself_is_read_without_python(levels: int, *, is_read: bool) -> None:
    asked: list[bytes] = []

    class Watched(StoredRow):
        __slots__ = ()

        @staticmethod
        def decoded(document: bytes) -> dict[str, Any]:
            asked.append(document)
            return StoredRow.decoded(document)

    place = deep(levels, is_list=False, leaf={"city": "y"})
    whole = good(lambda values: values[0]) | {"place1": place, "place0": place}
    parts = _rows.split(reply_of([bson.encode(whole)]), Watched)
    assert parts is not None
    spot = READER.one(parts[2][0]).place1.inner
    for _ in range(levels):
        spot = spot.spot
    assert (spot.city, spot.spot, spot.spots) == ("y", None, [])
    assert (bson.encode(whole) in asked) is not is_read


def test_a_reader_that_was_not_put_in_its_place_leaves_the_row_to_python() -> None:
    for more in ([], [1], [READER, READER]):
        column: Any = ("place1", b"place1", "composite", "none", False, len, more)
        made = _rows.Reader(
            Everything, {}, SharedNames(), True, SLOTS, (column,), lambda row: row["_id"], list
        )
        whole = good(lambda values: values[0])
        (row,) = rows_of([bson.encode(whole)])
        assert made.one(row) == whole["_id"]


def test_rows_of_both_kinds_may_come_together() -> None:
    document = bson.encode(good(lambda values: values[0]))
    stored, plain = rows_of([document])[0], StoredRow.decoded(document)
    first, second, third = READER.many([stored, plain, stored])
    assert first == second == third
    assert READER.many([plain, stored]) == [first, first]
    assert READER.one(plain) == READER.one(stored) == first


def test_records_share_no_list_and_no_name_that_one_may_change() -> None:
    document = bson.encode(good(lambda values: values[0]))
    first, second = READER.many(rows_of([document] * 2))
    first.texts.append("x")
    first.model_fields_set.clear()
    assert second.texts == []
    assert "id" in second.model_fields_set


BAD_COLUMNS: tuple[Any, ...] = (
    ("a",),
    ("a", b"a", "nothing", "none", False, len, None),
    ("a", b"a", "text", "nothing", False, len, None),
    ("a", b"a", "enum", "none", False, len, None),
    ("a", b"a", "composite", "none", False, len, {}),
    ("a", "a", "text", "none", False, len, None),
)


@pytest.mark.parametrize("column", BAD_COLUMNS, ids=str)
def test_a_column_that_cannot_be_read_is_refused(column: Any) -> None:
    reader_of(("a", b"a", "text", "none", False, len, None))
    with pytest.raises((TypeError, ValueError)):
        reader_of(column)


def reader_of(column: Any) -> _rows.Reader:
    return _rows.Reader(Everything, {}, SharedNames(), True, SLOTS, (column,), len, list)
