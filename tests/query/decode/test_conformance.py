"""Which stored documents fit: exactly those that a query reads, and that filters find."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from bson import DatetimeMS, Decimal128, Int64, ObjectId, Timestamp
from hypothesis import given
from hypothesis import strategies as st
from prisma.errors import DataError

from prismongo.query.decode.conformance import Misfit, misfits_of
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import WIRE
from prismongo.query.nodes.selections import CompositeOutput, ScalarOutput, Selected
from prismongo.schema import Datamodel
from tests.stores.mongo.push.schemas import schema

ID = ObjectId("0123456789abcdef01234567")
NOW = datetime(2026, 1, 2, tzinfo=UTC)
FOUND: Final = "not found by filters"
UNKNOWN: Final = "unknown enum value"

FITTING: tuple[tuple[str, Any], ...] = (
    ("x String", "text"),
    ("x String?", None),
    ("x String[]", []),
    ("x String[]", None),
    ('x String @default("a")', None),
    ("x String @db.ObjectId", ID),
    ("x String[] @db.ObjectId", [ID, ID]),
    ("x Int", 5),
    ("x Int", Int64(5)),
    ("x Int", 5.0),
    ("x Float", 5),
    ("x Float", float("nan")),
    ("x Decimal", Decimal128("1.50")),
    ("x Decimal", Decimal128("NaN")),
    ("x Decimal", 5),
    ("x Decimal", 0.5),
    ("x Decimal[]", [Decimal128("1"), 2]),
    ("x Boolean", False),
    ("x BigInt", Int64(2**40)),
    ("x DateTime", NOW),
    ("x DateTime @db.Timestamp", Timestamp(5, 0)),
    ("x Bytes", b"bytes"),
    ("x Bytes @db.ObjectId", ID),
    ("x Json", {"any": ["thing", 5, NOW, ID]}),
    ("x Json[]", [None, 1]),
    ("x Colour", "RED"),
    ("x Colour", "blue"),
    ("x Colour[]", ["RED", "blue"]),
    ("x Address", {"street": "s"}),
    ("x Address?", None),
    ("x Address[]", [{"street": "s", "postcode": "1"}]),
)

MISFITS: tuple[tuple[str, Any, set[Misfit]], ...] = (
    ("x String", None, {Misfit("x", "missing", "null or nothing", "String")}),
    ("x Colour", None, {Misfit("x", "missing", "null or nothing", "Colour")}),
    ("x Address", None, {Misfit("x", "missing", "null or nothing", "Address")}),
    ("x String", 5, {Misfit("x", "wrong type", "int", "String")}),
    ("x Int", "5", {Misfit("x", "wrong type", "string", "Int")}),
    ("x Int?", True, {Misfit("x", "wrong type", "bool", "Int")}),
    ("x Boolean", 1, {Misfit("x", "wrong type", "int", "Boolean")}),
    ("x DateTime", "2026", {Misfit("x", "wrong type", "string", "DateTime")}),
    (
        "x DateTime",
        DatetimeMS(10**17),
        {Misfit("x", "wrong type", "date beyond Python's range", "DateTime")},
    ),
    ("x Decimal", "1.50", {Misfit("x", "wrong type", "string", "Decimal")}),
    ("x Decimal", 0.1, {Misfit("x", FOUND, "double", "decimal")}),  # which is more than 0.1
    ("x Int", 5.5, {Misfit("x", FOUND, "double", "long")}),
    ("x Int", Decimal128("5"), {Misfit("x", "wrong type", "decimal", "Int")}),
    ("x String", ["a"], {Misfit("x", "wrong type", "array", "String")}),
    ("x String[]", "a", {Misfit("x", "wrong type", "string", "String[]")}),
    ("x Colour", "BLUE", {Misfit("x", UNKNOWN, "string", "Colour")}),
    ("x Colour", 5, {Misfit("x", "wrong type", "int", "Colour")}),
    ("x Colour[]", "RED", {Misfit("x", "wrong type", "string", "Colour[]")}),
    (
        "x Colour[]",
        ["RED", "PINK", 5, None],
        {
            Misfit("x", UNKNOWN, "array with string", "Colour[]"),
            Misfit("x", "wrong type", "array with int", "Colour[]"),
            Misfit("x", "wrong type", "array with null", "Colour[]"),
        },
    ),
    ("x Int[]", ["5"], {Misfit("x", "wrong type", "array with string", "Int[]")}),
    ("x Address", [], {Misfit("x", "wrong type", "array", "Address")}),
    ("x Address", {}, {Misfit("x.street", "missing", "null or nothing", "String")}),
    ("x Address", {"street": "s", "postcode": 1}, {Misfit("x.zip", "wrong type", "int", "String")}),
    (
        "x Address[]",
        [{"street": "s"}, 5, {"street": 5}, {}],
        {
            Misfit("x", "wrong type", "array with int", "Address[]"),
            Misfit("x.street", "wrong type", "int", "String"),
            Misfit("x.street", "missing", "null or nothing", "String"),
        },
    ),
    ("x String @db.ObjectId", str(ID), {Misfit("x", FOUND, "string", "objectId")}),
    ("x String @db.ObjectId", "abc", {Misfit("x", FOUND, "string", "@db.ObjectId")}),
    ("x String[] @db.ObjectId", [ID, str(ID)], {Misfit("x", FOUND, "string", "objectId")}),
    ("x String", ID, {Misfit("x", FOUND, "objectId", "string")}),
    ("x DateTime", Timestamp(5, 0), {Misfit("x", FOUND, "timestamp", "date")}),
    ("x Bytes", ID, {Misfit("x", FOUND, "objectId", "binData")}),
    ("x Int @db.Int", Int64(2**40), {Misfit("x", FOUND, "long", "@db.Int")}),
    (
        "x Address",
        {"street": ID},
        {Misfit("x.street", FOUND, "objectId", "string")},
    ),
)


def misfits(datamodel: Datamodel, row: dict[str, Any]) -> frozenset[Misfit]:
    return misfits_of(datamodel, datamodel.model["User"])({"_id": ID, **row})


@pytest.mark.parametrize(("line", "stored"), FITTING, ids=str)
def test_what_is_read_and_found_fits(line: str, stored: Any) -> None:
    assert misfits(schema(line), {"x": stored}) == frozenset()


def in_order(value: object) -> str:
    """The same name in every process: a set has no order of its own."""
    return " ".join(sorted(map(str, value))) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("line", "stored", "expected"), MISFITS, ids=in_order)
def test_what_does_not_fit_is_named(line: str, stored: Any, expected: set[Misfit]) -> None:
    assert misfits(schema(line), {"x": stored}) == expected


def test_an_absent_field_is_as_good_as_null() -> None:
    datamodel = schema("x String", "y String?", "z String[]")
    assert misfits(datamodel, {}) == {Misfit("x", "missing", "null or nothing", "String")}


def test_fields_go_by_the_schemas_names() -> None:
    (misfit,) = misfits(schema('full String @map("full_name")'), {"full_name": 5})
    assert misfit.field == "full"


def test_what_the_schema_does_not_have_is_nobodys_business() -> None:
    datamodel = schema("x String @ignore", 'y Unsupported("thing")?')
    assert misfits(datamodel, {"x": 5, "y": 5, "z": 5}) == frozenset()


def test_no_value_is_in_a_misfit() -> None:
    (misfit,) = misfits(schema("x Colour"), {"x": "hunter2"})
    assert "hunter2" not in repr(misfit)


LINES = [
    "a String",
    "b Int?",
    "c Colour[]",
    "d Address?",
    "e Boolean @default(true)",
    "f Address[]",
]
DATAMODEL = schema(*LINES)
SCALARS = st.sampled_from(["RED", "text", 5, 1.5, True, None, ID, NOW, b"b"])
ADDRESSES = st.fixed_dictionaries({}, optional={"street": SCALARS, "postcode": SCALARS})
VALUES = SCALARS | ADDRESSES | st.lists(SCALARS | ADDRESSES, max_size=3)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys("abcdef", VALUES)))
def test_a_document_has_misfits_exactly_where_a_query_fails(row: dict[str, Any]) -> None:
    found = {misfit for misfit in misfits(DATAMODEL, row) if misfit.problem != FOUND}
    assert bool(found) is not is_read(row)


def is_read(row: dict[str, Any]) -> bool:
    model = DATAMODEL.model["User"]
    address = tuple(map(ScalarOutput, DATAMODEL.type["Address"].fields))
    outputs = [
        CompositeOutput(field, address) if field.kind == "composite" else ScalarOutput(field)
        for field in model.stored_fields
    ]
    read = Decoder(DATAMODEL).records(Selected(model, tuple(outputs)), WIRE)
    try:
        read({"_id": ID, **row})
    except DataError:
        return False
    return True


WITHIN: Final = """type Part {
  code  String  @db.ObjectId
  size  Int?    @map("s")
  inner Part?
  rest  Part[]
}
"""


def test_a_type_within_itself_is_looked_into_to_any_depth() -> None:
    datamodel = schema("x Part?", also=WITHIN)
    for levels in (1, 3, 60):
        for name, of in (("inner", dict), ("rest", list)):
            path = ".".join(["x", *[name] * levels])
            for leaf, expected in (
                ({"code": ID, "s": 1}, None),
                ({"code": str(ID)}, Misfit(f"{path}.code", FOUND, "string", "objectId")),
                ({"code": ID, "s": "1"}, Misfit(f"{path}.size", "wrong type", "string", "Int")),
                ({"s": 1}, Misfit(f"{path}.code", "missing", "null or nothing", "String")),
            ):
                stored: Any = leaf
                for _ in range(levels):
                    stored = {"code": ID, name: stored if of is dict else [stored]}
                assert misfits(datamodel, {"x": stored}) == ({expected} if expected else set())
