from __future__ import annotations

import math

import pytest
from bson import Decimal128, Int64

from prismongo.query.values.int import INT, INT_OF_32_BITS
from prismongo.query.values.scalar_type import TooLargeError


@pytest.mark.parametrize("value", [0, -1, 5.0, 2**63 - 1, -(2**63)])
def test_a_whole_number_is_a_long(value: float) -> None:
    stored = INT.encode(value)
    assert type(stored) is Int64
    assert stored == value


def test_with_32_bits_it_is_an_int() -> None:
    assert type(INT_OF_32_BITS.encode(5)) is int
    with pytest.raises(ValueError, match="INT4"):
        INT_OF_32_BITS.encode(2**31)


@pytest.mark.parametrize("value", [True, 1.5, math.nan, "5", None], ids=repr)
def test_what_is_not_whole_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected Int"):
        INT.encode(value)


def test_beyond_64_bits_is_an_error_of_its_own() -> None:
    with pytest.raises(TooLargeError):
        INT.encode(2**63)


def test_a_double_is_cut() -> None:
    assert INT.python(-5.9) == -5
    for stored in (math.nan, True, "5", Decimal128("5")):
        with pytest.raises(ValueError, match=r"^(double|bool|string|decimal)$"):
            INT.python(stored)
