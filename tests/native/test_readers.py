"""The accelerator reads what the Python path reads, and answers with its errors."""

from __future__ import annotations

import gc
import weakref
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
from tests.native.everything import (
    PLAIN,
    PLAIN_READER,
    READER,
    Everything,
    Plain,
    accelerated,
    again,
    careful,
    reply_of,
    rows_of,
)
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


@settings(max_examples=200)
@given(chance=st.randoms())
def test_a_row_that_is_read_again_is_read_as_at_first(chance: Random) -> None:
    first, *others = map(repr, again(odd(chance.choice)))
    assert others == [first] * 4


def test_records_of_one_row_share_nothing_that_one_may_change() -> None:
    (row,) = rows_of([bson.encode(good(lambda values: values[0]) | {"many text": ["a"]})])
    found = PLAIN_READER.many([row] * 5)
    lists = [name for name, kind in PLAIN.items() if "[]" in kind]
    assert len(lists) == 10
    for name in lists:
        assert len({id(getattr(each, name)) for each in found}) == 5
    for number, each in enumerate(found):
        each.texts.append(number)
        each.text1 = str(number)
        each.model_fields_set.clear()
        again = PLAIN_READER.one(row)
        assert (again.texts, again.text1, len(again.model_fields_set)) == (["a"], "", len(PLAIN))


def test_records_of_one_row_share_no_composite_and_no_json() -> None:
    whole = good(lambda values: values[0])
    (row,) = rows_of([bson.encode(whole | {"json1": {"a": []}, "many place": [whole["place1"]]})])
    found = READER.many([row] * 5)
    for name in ("place1", "places", "json1"):
        assert len({id(getattr(each, name)) for each in found}) == 5
    assert len({id(each.places[0]) for each in found}) == 5


def test_a_row_that_was_changed_is_read_as_it_is_then() -> None:
    (row,) = rows_of([bson.encode(good(lambda values: values[0]))])
    assert [PLAIN_READER.one(row).text1 for _ in range(3)] == [""] * 3
    row["text1"] = "changed"
    assert PLAIN_READER.one(row).text1 == "changed"


def test_what_stands_beside_a_row_is_read_each_time() -> None:
    columns: Any = (
        ("id", b"_id", "text", "required", False, len, None),
        ("beside", b"", "beside", "none", False, lambda row: row["\0beside"].pop(), None),
    )
    reader = _rows.Reader(Plain, {}, SharedNames(), True, SLOTS, columns, len, list)
    (row,) = rows_of([bson.encode(good(lambda values: values[0]))])
    row["\0beside"] = [5, 4, 3, 2, 1]
    assert [vars(reader.one(row))["beside"] for _ in range(5)] == [1, 2, 3, 4, 5]
    with pytest.raises(IndexError):
        reader.one(row)
    row["\0beside"] = [6]
    assert vars(reader.one(row))["beside"] == 6


def test_a_row_may_be_read_by_several_readers_in_turns() -> None:
    columns: Any = (("name", b"text1", "text", "required", False, len, None),)
    other = _rows.Reader(Plain, {}, SharedNames(), True, SLOTS, columns, len, list)
    (row,) = rows_of([bson.encode(good(lambda values: values[0]) | {"text1": "x"})])
    for reader, name in ((PLAIN_READER, "text1"), (other, "name"), (other, "name")) * 3:
        assert vars(reader.one(row))[name] == "x"
    del other, reader
    gc.collect()
    assert PLAIN_READER.one(row).text1 == "x"


def test_rows_that_were_read_again_are_given_back() -> None:
    class Noted(StoredRow):
        __slots__ = ("__weakref__",)

    parts = _rows.split(reply_of([bson.encode(good(lambda values: values[0]))]), Noted)
    assert parts is not None
    (row,) = parts[2]
    columns: Any = (
        ("id", b"_id", "text", "required", False, len, None),
        ("itself", b"", "beside", "none", False, lambda row: row, None),  # a circle
    )
    reader = _rows.Reader(Plain, {}, SharedNames(), True, SLOTS, columns, len, list)
    assert [vars(reader.one(row))["itself"] is row for _ in range(3)] == [True] * 3
    row_is = weakref.ref(row)
    del row, parts
    gc.collect()
    assert row_is() is None


BAD_COLUMNS: tuple[Any, ...] = (
    ("a",),
    ("a", b"a", "nothing", "none", False, len, None),
    ("a", b"a", "text", "nothing", False, len, None),
    ("a", b"a", "enum", "none", False, len, None),
    ("a", b"a", "composite", "none", False, len, {}),
    ("a", b"a", "text", "none", True, len, None),
    ("a", "a", "text", "none", False, len, None),
)


@pytest.mark.parametrize("column", BAD_COLUMNS, ids=str)
def test_a_column_that_cannot_be_read_is_refused(column: Any) -> None:
    reader_of(("a", b"a", "text", "none", False, len, None))
    with pytest.raises((TypeError, ValueError)):
        reader_of(column)


def reader_of(column: Any) -> _rows.Reader:
    return _rows.Reader(Everything, {}, SharedNames(), True, SLOTS, (column,), len, list)
