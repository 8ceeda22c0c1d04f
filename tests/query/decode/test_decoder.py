"""decode: rows to records; what is wrong with a document is named by model, field and id."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from bson import Binary, Code, DatetimeMS, Decimal128, Int64, ObjectId, Regex, Timestamp
from prisma.errors import DataError

from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import WIRE
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.validate.validator import Validator
from tests.query.schemas import ID, datamodel

Row = dict[str, Any]

KEY: Final = ObjectId(ID)


def selection(name: str) -> Selection:
    """One selected name; relations and counts with what they hold inside."""
    if name == "_count":
        return Selection(name, {}, (Selection("posts"),))
    kind = datamodel().model["User"].by_name[name].kind
    return Selection(name, {}, (Selection("id"),) if kind == "relation" else ())


def decoded(row: Row, *names: str) -> Any:
    """The answer to a query about users that found the row."""
    request = Request("findMany", "User", {}, tuple(map(selection, names)))
    operation = Validator(datamodel()).validate(request)
    assert isinstance(operation, FindPage)
    return Decoder(datamodel()).records(operation.selected, WIRE)({"_id": KEY, **row})


STORED: Final[dict[str, tuple[str, Row, Any]]] = {
    "a text": ("email", {"email": "a"}, "a"),
    "an ObjectId in a text": ("email", {"email": KEY}, ID),
    "an id": ("id", {}, ID),
    "an id stored as text": ("id", {"_id": "x"}, "x"),
    "int": ("age", {"age": 5}, 5),
    "long": ("age", {"age": Int64(5)}, 5),
    "double": ("age", {"age": 5.9}, 5),
    "a mapped BigInt": ("big", {"long": Int64(2**53 + 1)}, "9007199254740993"),
    "a small BigInt": ("big", {"long": 1}, "1"),
    "a Float": ("score", {"score": 1.5}, 1.5),
    "a Float stored as int": ("score", {"score": 2}, 2.0),
    "true": ("active", {"active": True}, True),
    "a moment": (
        "born",
        {"born": datetime(2024, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)},
        "2024-01-02T03:04:05.006Z",
    ),
    "a timestamp": ("born", {"born": Timestamp(0, 1)}, "1970-01-01T00:00:00.000Z"),
    "Bytes": ("avatar", {"avatar": b"ab"}, "YWI="),
    "Binary": ("avatar", {"avatar": Binary(b"ab", 0)}, "YWI="),
    "Json text": ("data", {"data": "a"}, '"a"'),
    "an enum member": ("role", {"role": "USER"}, "USER"),
    "a mapped enum member": ("role", {"role": "administrator"}, "ADMIN"),
    "a list": ("tags", {"tags": ["a", "b"]}, ["a", "b"]),
    "a list of enum members": ("roles", {"roles": ["administrator"]}, ["ADMIN"]),
    "a composite": (
        "home",
        {"home": {"city": "x", "st": "y", "floors": [1]}},
        {"city": "x", "street": "y", "floors": [1]},
    ),
    "a composite without what may lack": (
        "home",
        {"home": {"city": "x", "more": 1}},
        {"city": "x", "street": None, "floors": []},
    ),
    "composites": (
        "places",
        {"places": [{"city": "x"}]},
        [{"city": "x", "street": None, "floors": []}],
    ),
    # --- null and missing ---
    "null": ("age", {"age": None}, None),
    "missing": ("age", {}, None),
    "a missing list": ("tags", {}, []),
    "a null list": ("tags", {"tags": None}, []),
    "a missing composite": ("home", {}, None),
    "a missing list of composites": ("places", {}, []),
    "a default for a missing value": ("active", {}, True),
    "a default for null": ("active", {"active": None}, True),
    "a default of an enum": ("role", {}, "USER"),
    # --- relations ---
    "related records": ("posts", {"\0posts": [{"_id": KEY}]}, [{"id": ID}]),
    "no related records": ("posts", {"\0posts": []}, []),
    "a related record": ("group", {"\0group": {"_id": KEY}}, {"id": ID}),
    "no related record": ("group", {"\0group": None}, None),
    "counts": ("_count", {"\0_count": {"posts": 3}}, {"posts": 3}),
}


@pytest.mark.parametrize(("name", "row", "expected"), STORED.values(), ids=STORED)
def test_a_stored_value_is_read(name: str, row: Row, expected: Any) -> None:
    answer = decoded(row, name)
    assert answer == {name: expected}
    assert type(answer[name]) is type(expected)


def test_a_record_has_its_fields_in_the_order_of_the_selection() -> None:
    assert list(decoded({"email": "a"}, "age", "email", "id")) == ["age", "email", "id"]


WRONG: Final[dict[str, tuple[str, str, Any, str]]] = {
    "a number for a text": ("email", "email", 1, "int"),
    "a text for a number": ("age", "age", "1", "string"),
    "a Boolean for a number": ("age", "age", True, "bool"),
    "no number": ("age", "age", math.nan, "double"),
    "a double for a BigInt": ("big", "long", 1.5, "double"),
    "a text for a Float": ("score", "score", "x", "string"),
    "a decimal for a Float": ("score", "score", Decimal128("1"), "decimal"),
    "a number for a Boolean": ("active", "active", 1, "int"),
    "a text for a DateTime": ("born", "born", "2024", "string"),
    "a date beyond Python's": ("born", "born", DatetimeMS(2**53), "date beyond Python's range"),
    "a text for Bytes": ("avatar", "avatar", "YQ==", "string"),
    "an unknown enum member": ("role", "role", "OWNER", "string"),
    "the schema's name of a mapped member": ("role", "role", "ADMIN", "string"),
    "a value for a list": ("tags", "tags", "a", "string"),
    "a wrong element": ("tags", "tags", ["a", 1], "array"),
    "a null element": ("levels", "levels", [None], "array"),
    "a list for a value": ("email", "email", ["a"], "array"),
    "a document for a text": ("email", "email", {"a": 1}, "object"),
    "a text for a composite": ("home", "home", "x", "string"),
    "a list for a composite": ("home", "home", [{}], "array"),
    "a composite for a list of them": ("places", "places", {"city": "x"}, "object"),
    "a number among composites": ("places", "places", [1], "array"),
    "a regular expression": ("email", "email", Regex("a"), "another type"),
}


@pytest.mark.parametrize(("name", "stored", "value", "kind"), WRONG.values(), ids=WRONG)
def test_a_wrong_type_is_named(name: str, stored: str, value: Any, kind: str) -> None:
    with pytest.raises(DataError) as caught:
        decoded({stored: value}, name)
    error = caught.value
    assert error.code == "P2023"
    assert error.meta == {"model": "User", "field": name, "stored_type": kind, "id": ID}
    assert f"User.{name}" in str(error)
    assert f"`{ID}`" in str(error)
    assert "OWNER" not in str(error)


@pytest.mark.parametrize("row", [{}, {"email": None}])
def test_a_missing_required_value_is_named(row: Row) -> None:
    with pytest.raises(DataError) as caught:
        decoded(row, "email")
    error = caught.value
    assert error.code == "P2032"
    assert (error.meta["model"], error.meta["field"], error.meta["id"]) == ("User", "email", ID)
    assert "User.email" in str(error)
    assert f"`{ID}`" in str(error)


INSIDE: Final[dict[str, tuple[Row, str, str, str]]] = {
    "a wrong part": ({"home": {"city": 1}}, "home", "P2023", "User.home"),
    "a missing part": ({"home": {}}, "home", "P2032", "User.home"),
    "a wrong part in a list": ({"places": [{"city": 1}]}, "places", "P2023", "User.places"),
    "a missing part in a list": ({"places": [{}]}, "places", "P2032", "User.places"),
    "a wrong element of a part": (
        {"home": {"city": "x", "floors": ["a"]}},
        "home",
        "P2023",
        "User.home",
    ),
}


@pytest.mark.parametrize(("row", "name", "code", "owner"), INSIDE.values(), ids=INSIDE)
def test_what_is_wrong_inside_a_composite_is_named_with_its_record(
    row: Row, name: str, code: str, owner: str
) -> None:
    with pytest.raises(DataError) as caught:
        decoded(row, name)
    error = caught.value
    assert (error.code, error.meta["model"], error.meta["id"]) == (code, owner, ID)
    assert f"{owner}.{error.meta['field']}" in str(error)
    assert f"`{ID}`" in str(error)


def test_a_dangling_required_relation_is_named() -> None:
    request = Request("findMany", "Post", {}, (Selection("author", {}, (Selection("id"),)),))
    operation = Validator(datamodel()).validate(request)
    assert isinstance(operation, FindPage)
    with pytest.raises(DataError) as caught:
        Decoder(datamodel()).records(operation.selected, WIRE)({"_id": KEY, "\0author": None})
    assert caught.value.code == "P2032"
    assert "Field author is required to return data, got `null` instead" in str(caught.value)
    assert ID in str(caught.value)


def test_json_is_answered_as_its_text() -> None:
    moment = datetime(2024, 1, 1)  # noqa: DTZ001 - as the driver reads it
    stored = {"moment": moment, "id": KEY, "code": Code("x"), "n": Int64(2**60), "none": [None]}
    assert json.loads(decoded({"data": stored}, "data")["data"]) == {
        "moment": {"$date": "2024-01-01T00:00:00Z"},
        "id": {"$oid": ID},
        "code": "x",
        "n": 2**60,
        "none": [None],
    }
