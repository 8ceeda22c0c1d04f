"""Ready instances are those that pydantic would have made of the same answer."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from bson import Int64, ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from prisma._builder import _prisma_model_for_field, serializer
from prisma._constants import QUERY_BUILDER_ALIASES
from prisma.bases import BaseUser
from prisma.errors import DataError, InvalidModelError, UnknownRelationalFieldError
from prisma.models import Membership, User
from pydantic import BaseModel

from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import WIRE, Form
from prismongo.query.decode.shapes import shape_of
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.nodes.rows import Row
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from tests import project

SCHEMA: Final = parse(project.SCHEMA.read_text())
DECODER: Final = Decoder(SCHEMA)
KEY: Final = ObjectId("507f1f77bcf86cd799439011")
MOMENT: Final = datetime(2024, 1, 2, 3, 4, 5, 6000)  # noqa: DTZ001 - as the driver reads it

WHOLE: Final[Row] = {
    "_id": KEY,
    "username": "ada",
    "hashedPassword": "x",
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}


WHOLE_USER: Final = {"hashedPassword": False}
"""What a call says to read the fields with `@omit` as well."""


class Short(BaseUser):
    """What a user of the client writes to select a part."""

    id: str
    username: str

    @property
    def shout(self) -> str:
        return self.username.upper()


def read(kind: type[BaseModel], row: Row, form: Form, *more: Selection) -> Any:
    shape = shape_of(kind)
    declared = shape.omitting(WHOLE_USER) if kind is User else shape.declared
    request = Request("findMany", shape.model, {}, more, declared)
    operation = Validator(SCHEMA).validate(request)
    assert isinstance(operation, FindPage)
    return DECODER.records(operation.selected, form)(row)


GOOD: Final[dict[str, list[Any]]] = {
    "_id": [KEY, "abc"],
    "username": ["ada", KEY],
    "email": ["a@b", None],
    "role": ["OWNER", None],
    "storageUsed": [Int64(1), 1, None],
    "createdAt": [MOMENT],
    "lastSeenAt": [MOMENT, None],
    "communityIds": [[KEY], [KEY, KEY], ["x"], [], None],
    "unknown": ["x"],
}
BAD: Final[tuple[tuple[str, Any], ...]] = (
    ("username", None),
    ("username", 1),
    ("email", 1),
    ("role", "nobody"),
    ("storageUsed", 1.5),
    ("createdAt", None),
    ("createdAt", "2024"),
    ("lastSeenAt", 0),
    ("communityIds", [1]),
    ("communityIds", "x"),
)
ROWS: Final = st.builds(
    lambda good, bad: {**good, **dict(bad)},
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in GOOD.items()}
    ),
    st.lists(st.sampled_from(BAD), max_size=1),
)


def outcome(row: Row, form: Form) -> Any:
    """The instance, or what the error says."""
    try:
        return User.model_validate(read(User, row, form))
    except DataError as error:
        return type(error), error.code, error.meta


@settings(max_examples=300, deadline=None)
@given(changes=ROWS)
def test_a_ready_instance_is_the_one_that_pydantic_makes(changes: Row) -> None:
    row = WHOLE | changes
    expected, found = outcome(row, WIRE), outcome(row, shape_of(User).form)
    assert found == expected
    assert type(found) is type(expected)
    if isinstance(found, User):
        assert list(vars(found)) == list(vars(expected))
        assert list(map(type, vars(found).values())) == list(map(type, vars(expected).values()))
        assert found.model_fields_set == expected.model_fields_set
        assert User.model_validate(found) is found


def test_each_instance_has_its_own_fields_set() -> None:
    first, second = (read(User, WHOLE, shape_of(User).form) for _ in range(2))
    first.model_fields_set.clear()
    assert "id" in second.model_fields_set


def test_an_included_record_is_ready_too() -> None:
    child: Row = {
        "_id": KEY,
        "userId": KEY,
        "communityId": KEY,
        "joinedAt": MOMENT,
    }
    row = WHOLE | {"\0memberships": [child]}
    included = Selection("memberships", declared=shape_of(Membership).declared)
    user = read(User, row, shape_of(User).form, included)
    (membership,) = user.memberships
    assert type(membership) is Membership
    assert membership.userId == str(KEY)
    assert user.model_fields_set >= {"memberships"}


# --- what a class selects ---


def test_a_generated_class_selects_what_is_stored() -> None:
    stored = {item.name for item in SCHEMA.model["User"].stored_fields}
    assert set(shape_of(User).omitting(WHOLE_USER).names) == stored
    assert set(shape_of(User).declared.names) == stored - WHOLE_USER.keys()
    assert shape_of(User).related("memberships").kind is Membership


def test_a_class_of_the_users_own_selects_what_it_declares() -> None:
    shape = shape_of(Short)
    assert (shape.model, shape.declared.names) == ("User", ("id", "username"))
    short = read(Short, WHOLE, shape.form)
    assert (type(short), short.shout) == (Short, "ADA")


def test_an_unknown_relation_is_upstreams_error() -> None:
    for name in ("nothing", "username"):
        with pytest.raises(UnknownRelationalFieldError):
            shape_of(User).related(name)


def test_a_class_of_no_model_is_upstreams_error() -> None:
    with pytest.raises(InvalidModelError):
        shape_of(BaseModel)


# --- upstream's own, which is private and pinned ---


def test_upstreams_functions_have_the_signatures_that_we_call() -> None:
    assert list(inspect.signature(_prisma_model_for_field).parameters) == [
        "field",
        "name",
        "parent",
    ]
    assert list(inspect.signature(serializer).parameters) == ["obj"]
    assert serializer(MOMENT.replace(tzinfo=UTC)) == "2024-01-02T03:04:05.006000+00:00"


def test_upstreams_names_are_those_that_we_know() -> None:
    assert set(QUERY_BUILDER_ALIASES.values()) == {
        "startsWith",
        "endsWith",
        "hasEvery",
        "hasSome",
        "isEmpty",
        "orderBy",
        "notIn",
        "isNot",
        "connectOrCreate",
    }
