from __future__ import annotations

import pytest
from bson import ObjectId

from prismongo.query.values.object_id import OBJECT_ID, OBJECT_ID_AS_BYTES
from prismongo.query.values.scalar_type import MalformedError

DIGITS = "507f1f77bcf86cd799439011"


@pytest.mark.parametrize("value", [DIGITS, DIGITS.upper(), ObjectId(DIGITS)], ids=repr)
def test_digits_are_an_object_id(value: object) -> None:
    assert OBJECT_ID.encode(value) == ObjectId(DIGITS)


@pytest.mark.parametrize("value", ["", "5", DIGITS + "0", DIGITS[:-1] + "g", DIGITS + "\n"])
def test_other_texts_are_malformed(value: str) -> None:
    with pytest.raises(MalformedError):
        OBJECT_ID.encode(value)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an ObjectId as String, got Int"):
        OBJECT_ID.encode(5)


def test_twelve_bytes_are_one_too() -> None:
    assert OBJECT_ID_AS_BYTES.encode(bytes.fromhex(DIGITS)) == ObjectId(DIGITS)
    with pytest.raises(MalformedError):
        OBJECT_ID_AS_BYTES.encode(b"short")
