"""Bytes: BSON's binData. In JSON it is base64, which is what `prisma.Base64` holds."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from bson import Binary, ObjectId

from prismongo.fields import Base64
from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import MEMBERSHIP, ScalarType, refuse


def encode_bytes(value: object) -> bytes:
    """Bytes, or their base64."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str | Base64):
        raise refuse(value, "Bytes (prisma.Base64)")
    try:
        text = str(value) if isinstance(value, Base64) else value
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, AttributeError):  # a Base64 may hold anything
        raise ValueError("expected Bytes, got a String that is not base64") from None


def _read(value: object) -> bytes:
    """An ObjectId gives its twelve."""
    if isinstance(value, bytes | Binary):
        return bytes(value)
    if isinstance(value, ObjectId):
        return value.binary
    raise refuse_stored(value)


BYTES: Final = ScalarType(
    name="Bytes",
    takes=(bytes, Base64, str),
    python_type=Base64,
    encode=encode_bytes,
    python=lambda value: Base64.encode(_read(value)),
    wire=lambda value: base64.b64encode(_read(value)).decode(),
    least=(b"",),
    operators=MEMBERSHIP,
)
