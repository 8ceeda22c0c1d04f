"""Generated readers read what the way column by column reads, lists and composites too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest
from bson import Code, Int64, ObjectId, Regex
from bson.son import SON
from hypothesis import given, settings
from hypothesis import strategies as st
from prisma.errors import DataError
from prisma.models import Message, Role

from prismongo.engine.structured import structured_request
from prismongo.query.decode.columns import Column, Reader
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import Form
from prismongo.query.decode.shapes import shape_of
from prismongo.query.nodes.operations import FindPage
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from prismongo.schema.datamodel import Enum, Field
from tests.project import SCHEMA

DATAMODEL: Final = parse(SCHEMA.read_text(encoding="utf-8"))
ID: Final = ObjectId("0123456789abcdefabcdef01")
PART: Final = {"type": "BOLD", "text": "a", "userId": ID}
VALUES: Final[list[Any]] = [
    *(None, True, 0, Int64(3), 1.5, "", "a", "TEXT", "POST_MESSAGES", ID, datetime(2025, 1, 1)),  # noqa: DTZ001
    *([], {}, [None], ["a"], ["POST_MESSAGES", "ADD_REACTIONS"], [ID, ID], [ID, "a"], [[ID]]),
    *(Code("TEXT"), Regex("a"), b"a", [PART], [PART, PART], [PART, None], [PART, "x"], [[PART]]),
    *([{"text": "a"}], [{"type": "NO", "text": "a"}], [{"type": "TEXT"}], [{"text": None}], PART),
    *([SON(PART)], [{**PART, "userId": "x"}], [{**PART, "userId": 1}], [{**PART, "more": 1}]),
    *([{"emoji": "+1", "userIds": [ID]}], [{"emoji": "+1", "userIds": "x"}], [{"emoji": "+1"}]),
    *([{"emoji": "+1", "userIds": [ID, 1]}], [{"emoji": 1, "userIds": None}]),
    [{"fileId": ID, "name": "a", "mimeType": "b", "size": Int64(1)}],
    [{"fileId": ID, "name": "a", "mimeType": "b", "size": "1"}],
]
MESSAGE: Final = {
    "_id": ID,
    "type": "TEXT",
    "content": "a",
    "sentAt": datetime(2025, 1, 1),  # noqa: DTZ001 - as the store's rows have it
    "isDeleted": False,
    "replyCount": Int64(0),
    "isPinned": False,
}
ROLE: Final = {
    "_id": ID,
    "communityId": ID,
    "name": "a",
    "isDefault": False,
    "position": Int64(0),
    "createdAt": datetime(2025, 1, 1),  # noqa: DTZ001 - as the store's rows have it
}
ROWS: Final[dict[Any, dict[str, Any]]] = {Message: MESSAGE, Role: ROLE}


class Careful:
    """A form whose readers read column by column."""

    is_wire = False

    def __init__(self, form: Form) -> None:
        self._form = form

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        plain = [replace(column, fast_path=None) for column in columns]
        return self._form.compile(plain, is_whole=is_whole)

    def nested(self, name: str) -> Form:
        return Careful(self._form.nested(name))

    def members(self, field: Field, enum: Enum) -> Mapping[str, str]:
        return self._form.members(field, enum)


def readers(kind: Any) -> tuple[Reader, Reader]:
    shape = shape_of(kind)
    request = structured_request("find_many", {}, shape)
    operation = Validator(DATAMODEL, "python").validate(request)
    assert isinstance(operation, FindPage)
    decoder = Decoder(DATAMODEL)
    selected = operation.selected
    return decoder.reader(selected, shape.form), decoder.reader(selected, Careful(shape.form))


READERS: Final = {kind: readers(kind) for kind in ROWS}


def answer(reader: Reader, row: dict[str, Any]) -> Any:
    try:
        (many,) = reader.many([row])
    except DataError as error:
        return type(error), str(error), error.meta
    assert reader.one(row) == many
    return repr(many), many, many.model_fields_set


def names(kind: Any) -> list[str]:
    return [field.db_name for field in DATAMODEL.model[kind.__name__].stored_fields]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in ROWS for name in names(kind)], ids=str
)
def test_any_value_of_any_field(kind: Any, name: str) -> None:
    quick, careful = READERS[kind]
    for value in VALUES:
        row = {**ROWS[kind], name: value}
        assert answer(quick, row) == answer(careful, row), value


@settings(max_examples=200, deadline=None)
@given(
    row=st.dictionaries(
        st.sampled_from(("parts", "reactions", "attachments", "mentionedUserIds", "pinnedById")),
        st.sampled_from(VALUES),
    )
)
def test_several_at_once(row: dict[str, Any]) -> None:
    quick, careful = READERS[Message]
    assert answer(quick, MESSAGE | row) == answer(careful, MESSAGE | row)
