"""The sizes of new documents, by which they are put into portions."""

from __future__ import annotations

from typing import Any

import bson
import pytest

from prismongo.query.nodes.limits import TRANSACTION_BYTES, Portion, portions_of, size_of


def documents(number: int) -> list[dict[str, Any]]:
    return [{"_id": each, "text": "x" * (each % 7), "list": [each]} for each in range(number)]


@pytest.mark.parametrize("number", [0, 1, 401])
def test_many_are_as_large_as_each(number: int) -> None:
    made = documents(number)
    assert size_of(made) == sum(len(bson.encode(document)) for document in made)


@pytest.mark.parametrize("number", [2, 100, 101, 250])
def test_each_is_encoded_as_it_is_alone(number: int) -> None:
    made = [*documents(number - 2), {}, {"_id": 1, "inner": [{}, {"": {}}], "end": b"\0\0"}]
    [portion] = portions_of(made)
    assert portion.encoded == tuple(map(bson.encode, made))


def test_what_cannot_be_encoded_is_alone_among_others() -> None:
    made: list[dict[str, Any]] = [*documents(150), {"_id": 2**64}, *documents(70)]
    assert size_of(made) == size_of(documents(150)) + size_of(documents(70))


def test_what_cannot_be_encoded_has_no_size() -> None:
    made = [*documents(3), {"_id": 2**64}, {"text": "\ud800"}]
    assert size_of(made) == sum(len(bson.encode(document)) for document in made[:3])
    assert portions_of(made) == [Portion(tuple(made), None, size_of(made))]


def test_portions_hold_all_and_no_more_than_they_may() -> None:
    half = "x" * (TRANSACTION_BYTES // 2)
    made = [{"_id": number, "text": half} for number in range(3)]
    portions = portions_of(made)
    assert [document for part in portions for document in part.documents] == made
    assert [len(part.documents) for part in portions] == [1, 1, 1]
    assert [part.encoded for part in portions] == [(bson.encode(document),) for document in made]
    assert [part.size for part in portions] == [size_of([document]) for document in made]
    [only] = portions_of(made[:1])
    assert only == portions[0]
