"""validate refuses the requests that Prisma refuses: class, code and path of each mistake."""

from __future__ import annotations

from typing import Final

import pytest
from prisma import errors

from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.requests import Action, Request, Selection
from prismongo.query.validate.validator import Validator
from tests.query.schemas import ID, datamodel
from tests.query.validate.refusing import MISSING, UNKNOWN, Arguments, path_of, refusal

NEW: Final = {"email": "a"}
ONE: Final = {"where": {"id": ID}}
REQUESTS: Final[dict[str, tuple[Action, Arguments, type[errors.DataError], str, str]]] = {
    # --- arguments ---
    "an unknown argument": ("findMany", {"limit": 1}, UNKNOWN, "P2009", "limit"),
    "no where": ("findUnique", {}, MISSING, "P2012", "where"),
    "no data": ("updateOne", ONE, MISSING, "P2012", "data"),
    "no create": ("upsertOne", ONE | {"update": {}}, MISSING, "P2012", "create"),
    "no unique": ("findUnique", {"where": {"age": 1}}, UNKNOWN, "P2009", "where"),
    "no condition": ("deleteOne", {"where": {}}, UNKNOWN, "P2009", "where"),
    "a unique by an operator": (
        "findUnique",
        {"where": {"id": {"$ne": None}}},
        UNKNOWN,
        "P2009",
        "where.id",
    ),
    "a unique by a filter": (
        "deleteOne",
        {"where": {"email": {"not": ""}}},
        UNKNOWN,
        "P2009",
        "where.email",
    ),
    "a malformed unique": (
        "findUnique",
        {"where": {"id": "x"}},
        errors.DataError,
        "P2023",
        "where.id",
    ),
    "a text for take": ("findMany", {"take": "1"}, UNKNOWN, "P2009", "take"),
    "a take beyond 64 bits": ("findMany", {"take": 2**63}, errors.DataError, "P2033", "take"),
    "a negative skip": ("findMany", {"skip": -1}, UNKNOWN, "P2009", "skip"),
    "a cursor that is no unique": ("findMany", {"cursor": {"age": 1}}, UNKNOWN, "P2009", "cursor"),
    "an unknown distinct": ("findMany", {"distinct": ["x"]}, UNKNOWN, "P2009", "distinct.x"),
    "an unknown order": ("findMany", {"orderBy": {"x": "asc"}}, UNKNOWN, "P2009", "orderBy.x"),
    "an unknown direction": (
        "findMany",
        {"orderBy": {"age": "up"}},
        UNKNOWN,
        "P2009",
        "orderBy.age",
    ),
    "an operator as a direction": (
        "findMany",
        {"orderBy": {"age": {"$meta": "textScore"}}},
        UNKNOWN,
        "P2009",
        "orderBy.age.$meta",
    ),
    "the second key of an order": (
        "findMany",
        {"orderBy": {"age": "asc", "x": "asc"}},
        UNKNOWN,
        "P2009",
        "orderBy.x",
    ),
    "an order by two names": (
        "findMany",
        {"orderBy": {"age": "asc"}, "order_by": {"age": "asc"}},
        UNKNOWN,
        "P2009",
        "order_by",
    ),
    "an operator by two names": (
        "findMany",
        {"where": {"email": {"startsWith": "a", "startswith": "b"}}},
        UNKNOWN,
        "P2009",
        "where.email.startswith",
    ),
    # --- create ---
    "a required value is missing": ("createOne", {"data": {}}, MISSING, "P2009", "data.email"),
    "null for a required value": (
        "createOne",
        {"data": {"email": None}},
        MISSING,
        "P2009",
        "data.email",
    ),
    "an unknown field": ("createOne", {"data": NEW | {"x": 1}}, UNKNOWN, "P2009", "data.x"),
    "an operator for a field": (
        "createOne",
        {"data": NEW | {"$set": {}}},
        UNKNOWN,
        "P2009",
        "data.$set",
    ),
    "an object for a text": (
        "createOne",
        {"data": {"email": {"$gt": ""}}},
        UNKNOWN,
        "P2009",
        "data.email",
    ),
    "a value for a list": ("createOne", {"data": NEW | {"tags": 1}}, UNKNOWN, "P2009", "data.tags"),
    "a wrong element": (
        "createOne",
        {"data": NEW | {"tags": ["a", 1]}},
        UNKNOWN,
        "P2009",
        "data.tags.1",
    ),
    "an unknown enum value": (
        "createOne",
        {"data": NEW | {"role": "OWNER"}},
        UNKNOWN,
        "P2009",
        "data.role",
    ),
    "a part of a composite is missing": (
        "createOne",
        {"data": NEW | {"home": {"street": "x"}}},
        MISSING,
        "P2009",
        "data.home.city",
    ),
    "an unknown part of a composite": (
        "createOne",
        {"data": NEW | {"home": {"city": "x", "$where": 1}}},
        UNKNOWN,
        "P2009",
        "data.home.$where",
    ),
    "an unknown nested write": (
        "createOne",
        {"data": NEW | {"posts": {"attach": {}}}},
        UNKNOWN,
        "P2009",
        "data.posts.attach",
    ),
    "a required value of a nested create": (
        "createOne",
        {"data": NEW | {"posts": {"create": [{}]}}},
        MISSING,
        "P2009",
        "data.posts.create.0.title",
    ),
    "the key that a nested create fills in": (
        "createOne",
        {"data": NEW | {"posts": {"create": {"title": "t", "authorId": ID}}}},
        UNKNOWN,
        "P2009",
        "data.posts.create.authorId",
    ),
    "a relation in createMany": (
        "createMany",
        {"data": [NEW | {"posts": {}}]},
        UNKNOWN,
        "P2009",
        "data.0.posts",
    ),
    # --- update ---
    "the id is immutable": ("updateOne", ONE | {"data": {"id": ID}}, UNKNOWN, "P2009", "data.id"),
    "an unknown number operation": (
        "updateOne",
        ONE | {"data": {"age": {"$inc": 1}}},
        UNKNOWN,
        "P2009",
        "data.age.$inc",
    ),
    "two operations at once": (
        "updateOne",
        ONE | {"data": {"age": {"set": 1, "increment": 1}}},
        UNKNOWN,
        "P2009",
        "data.age",
    ),
    "no operation": ("updateOne", ONE | {"data": {"age": {}}}, UNKNOWN, "P2009", "data.age"),
    "arithmetic on a text": (
        "updateOne",
        ONE | {"data": {"email": {"increment": 1}}},
        UNKNOWN,
        "P2009",
        "data.email.increment",
    ),
    "unset of a required field": (
        "updateOne",
        ONE | {"data": {"email": {"unset": True}}},
        UNKNOWN,
        "P2009",
        "data.email.unset",
    ),
    "a wrong pushed value": (
        "updateOne",
        ONE | {"data": {"levels": {"push": [1, "2"]}}},
        UNKNOWN,
        "P2009",
        "data.levels.push.1",
    ),
    "a relation in updateMany": (
        "updateMany",
        {"data": {"posts": {}}},
        UNKNOWN,
        "P2009",
        "data.posts",
    ),
    "a filter in a nested update": (
        "updateOne",
        ONE | {"data": {"posts": {"update": {"where": {"id": {"$ne": 1}}, "data": {}}}}},
        UNKNOWN,
        "P2009",
        "data.posts.update.where.id",
    ),
    "a filter in deleteMany": (
        "updateOne",
        ONE | {"data": {"posts": {"deleteMany": [{"title": {"$gt": ""}}]}}},
        UNKNOWN,
        "P2009",
        "data.posts.deleteMany.0.title.$gt",
    ),
    # --- group_by ---
    "no group": ("groupBy", {}, MISSING, "P2012", "by"),
    "an unknown group": ("groupBy", {"by": ["x"]}, UNKNOWN, "P2009", "by.x"),
}


@pytest.mark.parametrize(
    ("action", "arguments", "kind", "code", "path"), REQUESTS.values(), ids=REQUESTS
)
def test_a_request_is_refused(
    action: Action, arguments: Arguments, kind: type[errors.DataError], code: str, path: str
) -> None:
    error = refusal(action, arguments)
    assert (type(error), error.code, path_of(error)) == (kind, code, path)


def test_an_unknown_selection_is_refused() -> None:
    error = refusal("findMany", {}, Selection("posts", {}, (Selection("$where"),)))
    assert (type(error), error.code) == (UNKNOWN, "P2009")
    assert path_of(error).endswith("posts.$where")


def test_a_filter_of_an_include_is_refused() -> None:
    where = {"title": {"$ne": 1}}
    error = refusal("findMany", {}, Selection("posts", {"where": where}))
    assert path_of(error).endswith("posts.where.title.$ne")


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UNKNOWN):
        Validator(datamodel()).validate(Request("findMany", "Nobody"))


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("createMany", {"data": [NEW], "skipDuplicates": True}),
        ("findMany", {"where": {"id": {"contains": "a"}}}),
    ],
)
def test_what_mongodb_lacks_is_named(action: Action, arguments: Arguments) -> None:
    error = refusal(action, arguments)
    assert (type(error), error.code) == (UnsupportedOperationError, "P2026")


UNWRAPPED: Final[dict[str, tuple[Action, Arguments]]] = {
    "in data": ("createOne", {"data": {"email": "a", "data": {"s3cret": 1}}}),
    "a list in data": ("createOne", {"data": {"email": "a", "data": ["s3cret"]}}),
    "a number in data": ("createOne", {"data": {"email": "a", "data": 1}}),
    "in a set": ("updateOne", {"where": {"id": ID}, "data": {"data": {"set": {"s3cret": 1}}}}),
    "in an update": ("updateOne", {"where": {"id": ID}, "data": {"data": {"key": 1}}}),
    "an empty one in an update": ("updateOne", {"where": {"id": ID}, "data": {"data": {}}}),
    "a list in an update": ("updateOne", {"where": {"id": ID}, "data": {"data": ["s3cret"]}}),
    "in many updates": ("updateMany", {"data": {"data": {"key": {"deeper": 1}}}}),
    "in a filter": ("findMany", {"where": {"data": {"key": 1}}}),
    "a list in a filter": ("findMany", {"where": {"data": ["s3cret"]}}),
    "in equals": ("findMany", {"where": {"data": {"equals": {"s3cret": 1}}}}),
    "in not": ("findMany", {"where": {"data": {"not": {"s3cret": 1}}}}),
}


@pytest.mark.parametrize(("action", "arguments"), UNWRAPPED.values(), ids=UNWRAPPED)
def test_a_plain_dict_for_a_json(action: Action, arguments: Arguments) -> None:
    error = refusal(action, arguments)
    assert error.code == "P2009"
    assert "wrap it in prisma.Json" in str(error)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("action", "arguments", "selected", "words"),
    [
        ("aggregate", {}, (), "At least one is required of a count, an average"),
        (
            "aggregate",
            {},
            (Selection("_sum", {}, (Selection("email"),)),),
            "It has: age, small, big, score.",
        ),
        (
            "groupBy",
            {"by": ["role"], "having": {"age": {"_sm": {"gt": 1}}}},
            (Selection("role"),),
            "`_sm` at `having.age._sm`: a field that is not in `by` has no such name. It takes: "
            "_count, _sum, _avg, _min, _max.",
        ),
        (
            "groupBy",
            {"by": ["role"], "having": {"age": {"gt": 1}}},
            (Selection("role"),),
            "Missing fields: age",
        ),
    ],
)
def test_aggregates_that_are_refused_say_what_there_is(
    action: Action, arguments: Arguments, selected: tuple[Selection, ...], words: str
) -> None:
    assert words in str(refusal(action, arguments, *selected))


def test_an_unknown_unique_is_answered_by_the_compound_ones_as_well() -> None:
    request = Request("findUnique", "Post", {"where": {"nobody": 1}})
    with pytest.raises(errors.DataError) as caught:
        Validator(datamodel()).validate(request)
    _, _, names = str(caught.value).partition("It takes: ")
    assert names.endswith(", title_authorId, popularity, AND, OR, NOT.")


def test_a_relation_in_create_many_is_refused_by_the_names_of_values() -> None:
    error = refusal("createMany", {"data": [{"email": "a", "posts": {"create": []}}]})
    _, _, names = str(error).partition("It takes: ")
    assert "email" in names
    assert "posts" not in names
    assert "group," not in names
