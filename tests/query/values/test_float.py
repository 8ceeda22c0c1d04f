from __future__ import annotations

import math
from decimal import Decimal

import pytest
from bson import Decimal128, Int64

from prismongo.query.values.float import FLOAT


@pytest.mark.parametrize("value", [1, 1.5, Decimal("1.5"), -0.0])
def test_numbers_are_doubles(value: object) -> None:
    stored = FLOAT.encode(value)
    assert type(stored) is float
    assert stored == value


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, Decimal("1e999"), "1", True])
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"finite|fit|expected Float"):
        FLOAT.encode(value)


def test_others_numbers_are_read() -> None:
    assert FLOAT.python(Int64(5)) == 5.0
    assert math.isnan(FLOAT.python(math.nan))  # type: ignore[arg-type]  # a row says object
    with pytest.raises(ValueError, match="decimal"):
        FLOAT.python(Decimal128("1"))
