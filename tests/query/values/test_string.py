from __future__ import annotations

from enum import Enum

import pytest
from bson import ObjectId

from prismongo.query.values.string import STRING


class Colour(str, Enum):  # noqa: UP042 - its str() is not its value
    RED = "red"


@pytest.mark.parametrize("text", ["", "text", "ä", "$ne", Colour.RED])
def test_a_text_is_stored_as_it_is(text: str) -> None:
    stored = STRING.encode(text)
    assert type(stored) is str
    assert stored == str.__str__(text)


@pytest.mark.parametrize("value", [None, 5, True, b"a", ["a"], "\ud800"], ids=repr)
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"expected String|lone surrogate"):
        STRING.encode(value)


def test_an_object_id_is_read_as_its_digits() -> None:
    assert STRING.python(ObjectId("0" * 24)) == "0" * 24
    with pytest.raises(ValueError, match=r"^int$"):
        STRING.python(5)
