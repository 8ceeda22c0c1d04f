from __future__ import annotations

import pytest
from bson import Binary, ObjectId
from prisma.fields import Base64

from prismongo.query.values.bytes import BYTES


@pytest.mark.parametrize("value", [b"ab", "YWI=", Base64.encode(b"ab")], ids=repr)
def test_bytes_and_their_base64_are_taken(value: object) -> None:
    assert BYTES.encode(value) == b"ab"


@pytest.mark.parametrize("value", ["YWI", "?", "ä", 5, Base64(None)], ids=repr)  # type: ignore[arg-type]  # of a careless user
def test_what_is_no_base64_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected Bytes"):
        BYTES.encode(value)


def test_they_are_read_as_base64() -> None:
    assert BYTES.wire(Binary(b"ab", 5)) == "YWI="
    assert BYTES.python(b"ab") == Base64.encode(b"ab")
    assert BYTES.wire(ObjectId(b"a" * 12)) == "YWFhYWFhYWFhYWFh"
    with pytest.raises(ValueError, match="string"):
        BYTES.wire("YWI=")
