"""validate refuses what Prisma refuses: the class, the code and the path of each mistake.

Past 400 lines: one table of mistakes, to be read beside each other.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from prisma import errors
from prisma.fields import Base64, Json

from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.requests import Action, Request, Selection
from prismongo.query.validate.validator import Validator
from tests.query.schemas import ID, datamodel

UNKNOWN: Final = errors.FieldNotFoundError
MISSING: Final = errors.MissingRequiredValueError

Where = dict[str, Any]
Arguments = dict[str, Any]


def refusal(action: Action, arguments: Arguments, *selected: Selection) -> errors.DataError:
    """The error that a request about users meets."""
    request = Request(action, "User", arguments, selected)
    with pytest.raises(errors.DataError) as caught:
        Validator(datamodel()).validate(request)
    return caught.value


def path_of(error: errors.DataError) -> str:
    """The path that the error carries for programs, which its text names too."""
    path = ".".join(error.meta.get("argumentPath") or error.meta["selectionPath"])
    assert path in str(error) or path.rpartition(".")[0] in str(error)
    return path


FILTERS: Final[dict[str, tuple[Where, str, str]]] = {
    # --- what a request body could hold ---
    "an operator of MongoDB": ({"email": {"$ne": None}}, "P2009", "email.$ne"),
    "an operator beside one of ours": (
        {"email": {"equals": "a", "$gt": ""}},
        "P2009",
        "email.$gt",
    ),
    "an operator as a field": ({"$where": "sleep(1000)"}, "P2009", "$where"),
    "an operator among the alternatives": ({"OR": [{"$or": []}]}, "P2009", "OR.0.$or"),
    "an object for a text": ({"email": {"equals": {"$ne": None}}}, "P2009", "email.equals"),
    "an object in a list": ({"email": {"in": [{"$gt": ""}]}}, "P2009", "email.in.0"),
    "an object for a part of a text": (
        {"email": {"contains": {"$regex": ".*"}}},
        "P2009",
        "email.contains",
    ),
    "an object for an id": ({"id": {"equals": {"$oid": ID}}}, "P2009", "id.equals"),
    "an operator on an id": ({"id": {"$in": [ID]}}, "P2009", "id.$in"),
    "an operator on a number": ({"age": {"$gt": 0}}, "P2009", "age.$gt"),
    "an operator on a Json": ({"data": {"$exists": True}}, "P2009", "data.$exists"),
    "an operator on a list": ({"tags": {"$size": 0}}, "P2009", "tags.$size"),
    "a path into a document": ({"home.city": "x"}, "P2009", "home.city"),
    "a stored name": ({"long": 1}, "P2009", "long"),
    "an operator in a composite": (
        {"home": {"is": {"city": {"$ne": 1}}}},
        "P2009",
        "home.is.city.$ne",
    ),
    "an operator in a relation": (
        {"posts": {"some": {"title": {"$ne": 1}}}},
        "P2009",
        "posts.some.title.$ne",
    ),
    "a field reference from outside": (
        {"email": {"equals": {"_ref": "email", "_container": "User"}}},
        "P2009",
        "email.equals",
    ),
    # --- names ---
    "an unknown field": ({"mail": "a"}, "P2009", "mail"),
    "an unknown operator": ({"age": {"between": [1, 2]}}, "P2009", "age.between"),
    "a text operator on a number": ({"age": {"contains": 1}}, "P2009", "age.contains"),
    "a range of a Boolean": ({"active": {"gt": False}}, "P2009", "active.gt"),
    "a range of Json": ({"data": {"gt": Json(1)}}, "P2009", "data.gt"),
    "a list operator on a text": ({"email": {"has": "a"}}, "P2009", "email.has"),
    "a text operator on a list": ({"tags": {"contains": "a"}}, "P2009", "tags.contains"),
    "isSet of a required field": ({"email": {"isSet": True}}, "P2009", "email.isSet"),
    "an unknown enum value": ({"role": "OWNER"}, "P2009", "role"),
    "a stored enum value": ({"role": "administrator"}, "P2009", "role"),
    "an unknown enum value in a list": ({"roles": {"has": "OWNER"}}, "P2009", "roles.has"),
    "an unknown mode": (
        {"email": {"equals": "a", "mode": "loose"}},
        "P2009",
        "email.mode",
    ),
    "an unknown quantifier": ({"posts": {"any": {}}}, "P2009", "posts.any"),
    "a to-one filter on a list": ({"posts": {"is": {}}}, "P2009", "posts.is"),
    "an unknown related field": ({"group": {"is": {"nme": "x"}}}, "P2009", "group.is.nme"),
    "an unknown composite field": ({"home": {"is": {"town": "x"}}}, "P2009", "home.is.town"),
    # --- types ---
    "a number for a text": ({"email": 1}, "P2009", "email"),
    "a text for a number": ({"age": "1"}, "P2009", "age"),
    "a Boolean for a number": ({"age": True}, "P2009", "age"),
    "a fraction for a whole number": ({"age": 1.5}, "P2009", "age"),
    "a number for a Boolean": ({"active": 1}, "P2009", "active"),
    "a text for a Float": ({"score": "1.5"}, "P2009", "score"),
    "no number at all": ({"score": float("nan")}, "P2009", "score"),
    "infinity": ({"score": float("inf")}, "P2009", "score"),
    "a number for a DateTime": ({"born": 0}, "P2009", "born"),
    "a malformed DateTime": ({"born": "yesterday"}, "P2009", "born"),
    "a malformed BigInt": ({"big": "12x"}, "P2009", "big"),
    "malformed Bytes": ({"avatar": "%"}, "P2009", "avatar"),
    "malformed Json": ({"data": {"equals": "{"}}, "P2009", "data.equals"),
    "a malformed id": ({"id": "abc"}, "P2023", "id"),
    "a malformed id in a list": ({"id": {"in": [ID, "g" * 24]}}, "P2023", "id.in.1"),
    "an integer beyond 64 bits": ({"age": 2**63}, "P2033", "age"),
    "an integer beyond 32 bits": ({"small": 2**31}, "P2009", "small"),
    "a BigInt beyond 64 bits": ({"big": -(2**63) - 1}, "P2033", "big"),
    "a lone surrogate": ({"email": "\ud800"}, "P2009", "email"),
    "a NUL in a search": ({"email": {"contains": "a\0"}}, "P2009", "email.contains"),
    "a value where a list is needed": ({"age": {"in": 1}}, "P2009", "age.in"),
    "a text where a list is needed": ({"email": {"in": "ab"}}, "P2009", "email.in"),
    "a value for several": ({"tags": {"hasSome": "a"}}, "P2009", "tags.hasSome"),
    "a value for a whole list": ({"levels": {"equals": 1}}, "P2009", "levels.equals"),
    "a list for a value": ({"email": {"equals": ["a"]}}, "P2009", "email.equals"),
    "a value for isSet": ({"age": {"isSet": "yes"}}, "P2009", "age.isSet"),
    "a value for alternatives": ({"OR": "x"}, "P2009", "OR"),
    "a value for an alternative": ({"OR": [1]}, "P2009", "OR.0"),
    "a value for a related record": ({"group": {"is": "x"}}, "P2009", "group.is"),
    "a value for related records": ({"posts": {"some": 1}}, "P2009", "posts.some"),
}


@pytest.mark.parametrize(("where", "code", "path"), FILTERS.values(), ids=FILTERS)
def test_a_filter_is_refused(where: Where, code: str, path: str) -> None:
    error = refusal("findMany", {"where": where})
    assert (error.code, path_of(error)) == (code, f"where.{path}")
    assert type(error) is (UNKNOWN if code == "P2009" else errors.DataError)


NULLS: Final[dict[str, tuple[Where, str]]] = {
    "null for a required field": ({"email": None}, "email"),
    "null of a comparison": ({"age": {"gt": None}}, "age.gt"),
    "null in a list of required values": ({"email": {"in": [None]}}, "email.in.0"),
    "null for alternatives": ({"OR": None}, "OR"),
    "null for isSet": ({"age": {"isSet": None}}, "age.isSet"),
    "null for related records": ({"posts": {"some": None}}, "posts.some"),
}


@pytest.mark.parametrize(("where", "path"), NULLS.values(), ids=NULLS)
def test_null_is_no_value(where: Where, path: str) -> None:
    error = refusal("findMany", {"where": where})
    assert (type(error), path_of(error)) == (MISSING, f"where.{path}")


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


SCALARS: Final = ("age", "big", "score", "active", "role", "born", "avatar", "id", "levels")


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("secret", ["s3cret!", ["s3cret!"], {"city": "s3cret!"}])
def test_no_value_stands_in_a_message(name: str, secret: Any) -> None:
    for operator in ("equals", "not", "in"):
        error = refusal("findMany", {"where": {name: {operator: secret}}})
        assert "s3cret" not in f"{error}{error.meta}"


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


ACCEPTED: Final[dict[str, Any]] = {
    "Base64": {"avatar": Base64.encode(b"a")},
    "bytes": {"avatar": b"a"},
    "Json": {"data": Json.keys(a=1)},
    "an aware datetime": {"born": datetime(2024, 1, 1, tzinfo=UTC)},
    "an ISO text": {"born": "2024-01-01T00:00:00.000Z"},
    "a BigInt as text": {"big": "9007199254740993"},
    "a whole number for a Float": {"score": 1},
    "upstream's names of operators": {"email": {"startswith": "a", "not_in": ["b"]}},
    "null of an optional field": {"nick": None, "home": None, "group": None},
    "no conditions": {"AND": [], "OR": [{}], "NOT": []},
    "one object for a list of them": {"AND": {"age": 1}, "NOT": {"age": 2}},
}


@pytest.mark.parametrize("where", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_client_writes_is_accepted(where: Where) -> None:
    Validator(datamodel()).validate(Request("findMany", "User", {"where": where}))
