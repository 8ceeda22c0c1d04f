from __future__ import annotations

import pytest
from bson import Int64

from prismongo.query.values.big_int import BIG_INT
from prismongo.query.values.scalar_type import TooLargeError


@pytest.mark.parametrize("value", [2**63 - 1, str(2**63 - 1)])
def test_numbers_and_texts_are_taken(value: object) -> None:
    stored = BIG_INT.encode(value)
    assert type(stored) is Int64
    assert stored == 2**63 - 1


@pytest.mark.parametrize("value", ["", "1.5", "9" * 40, "٣", True, 1.5])
def test_what_is_not_whole_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected BigInt"):
        BIG_INT.encode(value)


def test_beyond_64_bits_is_an_error_of_its_own() -> None:
    with pytest.raises(TooLargeError):
        BIG_INT.encode(str(2**63))


def test_the_wire_has_text() -> None:
    assert BIG_INT.wire(Int64(7)) == "7"
    with pytest.raises(ValueError, match="double"):
        BIG_INT.wire(7.0)
