from __future__ import annotations

import math
from decimal import Decimal

import pytest
from bson import Decimal128, Int64, ObjectId

from prismongo.query.values.decimal import DECIMAL, calculated, comparable, summed

LARGEST = "9.999999999999999999999999999999999E+6144"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (Decimal("1.50"), "1.50"),
        (7, "7"),
        (10**33, "1" + "0" * 33),
        (0.1, "0.1"),
        (1e300, "1E+300"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("1e3", "1E+3"),
        (Decimal("-0"), "-0"),
        (Decimal128("1.50"), "1.50"),
        ("1." + "0" * 50, "1." + "0" * 33),
        (LARGEST, LARGEST),
        ("1E-6176", "1E-6176"),
    ],
    ids=str,
)
def test_numbers_are_stored_digit_by_digit(value: object, stored: str) -> None:
    encoded = DECIMAL.encode(value)
    assert isinstance(encoded, Decimal128)
    assert str(encoded) == stored


@pytest.mark.parametrize(
    "value", [math.nan, -math.inf, Decimal("NaN"), Decimal("sNaN"), Decimal128("Infinity")]
)
def test_what_is_not_finite_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be finite"):
        DECIMAL.encode(value)


@pytest.mark.parametrize(
    "value",
    ["1." + "3" * 34, 10**6145, 10**10_000 + 1, "1E-7000", "1E+7000", Decimal("1E+6145")],
    ids=lambda value: type(value).__name__,  # Python writes no int of 10,000 digits
)
def test_what_would_be_rounded_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="34 digits"):
        DECIMAL.encode(value)


@pytest.mark.parametrize(
    "value", ["", "x", "NaN", "Infinity", "1_0", " 1", "1\n", "٣", "1e", ".", "1e" + "9" * 30]
)
def test_a_text_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="a String that is not a number"):
        DECIMAL.encode(value)


@pytest.mark.parametrize(
    "value", [True, None, b"1", [1], ObjectId()], ids=lambda v: type(v).__name__
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected Decimal"):
        DECIMAL.encode(value)


def test_other_numbers_are_read() -> None:
    assert [DECIMAL.wire(one) for one in (Decimal128("1.50"), Int64(5), 0.1)] == [
        "1.50",
        "5",
        "0.1",
    ]
    assert DECIMAL.python(Decimal128("1.50")) == Decimal("1.50")
    for stored in ("1", True):
        with pytest.raises(ValueError, match=r"^(string|bool)$"):
            DECIMAL.python(stored)


def test_stored_values_compare_as_numbers() -> None:
    assert Decimal128("1.0") != Decimal128("1.00")
    assert comparable(Decimal128("1.0")) == comparable(Decimal128("1.00")) == comparable(1)
    assert comparable("text") == "text"


@pytest.mark.parametrize(
    ("operator", "first", "second", "result"),
    [  # as MongoDB 6.0 answers
        ("increment", Decimal128("1.50"), Decimal128("2.50"), "4.00"),
        ("increment", 0.1, Decimal128("0.1"), "0.200000000000000"),
        ("increment", 0.0, Decimal128("0.1"), "0.1"),
        ("increment", Decimal128(LARGEST), Decimal128(LARGEST), "Infinity"),
        ("decrement", 1, Decimal128("2.50"), "-1.50"),
        ("multiply", Decimal128("1.50"), Decimal128("1E-6176"), "2E-6176"),
        ("multiply", 1 / 3, Decimal128("3"), "0.999999999999999"),
        ("divide", Int64(7), Decimal128("3"), "2.333333333333333333333333333333333"),
        ("divide", Decimal128("0"), Decimal128("2.50"), "0E+2"),
        ("increment", math.nan, Decimal128("1"), "NaN"),
        ("multiply", math.inf, Decimal128("0"), "NaN"),
    ],
)
def test_it_calculates_as_the_server(
    operator: str, first: object, second: object, result: str
) -> None:
    assert str(calculated(operator, first, second)) == result


def test_it_adds_as_the_server() -> None:
    assert str(summed([Decimal128("1E+40"), Decimal128("1"), Decimal128("-1E+40")])) == "0"
    assert str(summed([Decimal128("-0")])) == "0"
    assert str(summed([Decimal128("0.2")], 0.1)) == "0.3000000000000000055511151231257827"
    assert str(summed([Decimal128("0")], 1 / 3)) == "0.3333333333333333148296162562473910"
