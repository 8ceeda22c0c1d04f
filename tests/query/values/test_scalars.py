"""The table as a whole: every type is in it, and what it stores it reads back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from bson import ObjectId
from prisma.fields import Base64, Json

from prismongo.query.values.bson_types import bson_type
from prismongo.query.values.scalars import NATIVE, ROWS, SCALARS, scalar_of
from prismongo.schema.datamodel import Field, NativeType
from prismongo.schema.scalars import SCALARS as IN_THE_SCHEMA
from prismongo.stores.memory.compare import key, same_type

SAMPLES: Final[dict[str, object]] = {
    "String": "text",
    "Boolean": True,
    "Int": 5,
    "BigInt": 2**60,
    "Float": 1.5,
    "Decimal": Decimal("1.50"),
    "DateTime": datetime(2026, 1, 2, tzinfo=UTC),
    "Json": Json(["a", None]),
    "Bytes": Base64.encode(b"abcdefghijkl"),
}
OBJECT_ID: Final = "507f1f77bcf86cd799439011"


def test_it_has_the_types_of_the_schema_in_their_order() -> None:
    assert list(SCALARS) == list(IN_THE_SCHEMA) == list(SAMPLES)


@pytest.mark.parametrize("scalar", ROWS, ids=lambda row: bson_type(row.least[0]) + row.name)
def test_what_is_stored_is_read(scalar: Any) -> None:
    sample = SAMPLES[scalar.name]
    if scalar is NATIVE["String", "ObjectId"]:
        sample = OBJECT_ID
    stored = scalar.encode(sample)
    assert scalar.python(stored) == (sample.data if isinstance(sample, Json) else sample)
    assert scalar.encode(scalar.wire(stored)) == stored
    assert any(same_type(stored, least) and key(least) <= key(stored) for least in scalar.least)


@pytest.mark.parametrize("scalar", ROWS, ids=lambda row: bson_type(row.least[0]) + row.name)
def test_the_fast_path_says_what_the_reading_says(scalar: Any) -> None:
    if scalar.expected is None:
        return
    sample = OBJECT_ID if scalar is NATIVE["String", "ObjectId"] else SAMPLES[scalar.name]
    stored = scalar.encode(sample)
    names = {"v": stored, **scalar.expected.names}
    evaluate: Callable[..., Any] = eval
    assert evaluate(scalar.expected.test, names)
    assert evaluate(scalar.expected.value, names) == scalar.python(stored)


def test_a_name_means_the_same_in_every_row() -> None:
    meanings: dict[str, object] = {}
    for scalar in ROWS:
        for name, meaning in (scalar.expected.names if scalar.expected else {}).items():
            assert meanings.setdefault(name, meaning) == meaning


def test_a_native_type_has_its_own_row() -> None:
    def field(native: str | None) -> Field:
        return Field(
            "x", "scalar", "String", "x", native_type=NativeType(native) if native else None
        )

    assert scalar_of(field(None)) is scalar_of(field("String")) is SCALARS["String"]
    assert scalar_of(field("ObjectId")).encode(OBJECT_ID) == ObjectId(OBJECT_ID)
