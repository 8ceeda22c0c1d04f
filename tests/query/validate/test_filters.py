"""validate refuses the filters that Prisma refuses, with the code and the path of each mistake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from prisma import errors
from prisma.fields import Base64, Json

from prismongo.query.nodes.requests import Request
from prismongo.query.validate.validator import Validator
from tests.query.schemas import ID, datamodel
from tests.query.validate.refusing import MISSING, UNKNOWN, Where, path_of, refusal

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


SCALARS: Final = ("age", "big", "score", "active", "role", "born", "avatar", "id", "levels")


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("secret", ["s3cret!", ["s3cret!"], {"city": "s3cret!"}])
def test_no_value_stands_in_a_message(name: str, secret: Any) -> None:
    for operator in ("equals", "not", "in"):
        error = refusal("findMany", {"where": {name: {operator: secret}}})
        assert "s3cret" not in f"{error}{error.meta}"


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
