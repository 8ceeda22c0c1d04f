"""The service answers as the generated client alone does, on an engine made from the schema."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from prisma import Base64, Json, Prisma
from prisma.enums import InstanceRole, Permission
from prisma.errors import PrismaError
from pydantic import BaseModel

from database import DatabaseService
from tests.records import NOBODY, user

Ask = Callable[[Any], Awaitable[object]]


async def fill(database: DatabaseService) -> None:
    """A few records with every kind of value that the schema has."""
    ada = await database.user.create(
        {
            **user("ada"),
            "storageQuota": 2**53 + 1,
            "lastSeenAt": datetime(2024, 2, 29, 23, 59, 58, 987_000, tzinfo=UTC),
            "role": InstanceRole.ADMIN,
            "bio": None,
        }
    )
    await database.user.create({**user("grace"), "bio": 'a "b" \\ c\n'})
    for name, public in (("Engines", True), ("Looms", False), ("Cards", True)):
        await database.community.create(
            {"name": name, "isPublic": public, "owner": {"connect": {"id": ada.id}}}
        )
    community = await database.community.find_first_or_raise(where={"name": "Engines"})
    await database.role.create(
        {
            "name": "moderator",
            "permissions": [Permission.MANAGE_ROLES],
            "community": {"connect": {"id": community.id}},
        }
    )
    await database.file.create({"name": "x", "checksum": Base64.encode(b"\x00\xff"), "size": 7})
    contents: list[Any] = [{"a": [1, 2.5, None, {"b": True}]}, "text", None]
    for data in map(Json, contents):
        await database.notification.create({"user": {"connect": {"id": ada.id}}, "data": data})


UP: Final[Any] = {"username": "asc"}

ANSWERED: Final[dict[str, Ask]] = {
    "all": lambda db: db.user.find_many(order=UP),
    "first": lambda db: db.user.find_first(where={"bio": {"contains": '"b" \\'}}),
    "by a unique": lambda db: db.user.find_unique({"username": "ada"}),
    "nobody": lambda db: db.user.find_unique({"id": NOBODY}),
    "page": lambda db: db.community.find_many(order={"name": "desc"}, take=1, skip=1),
    "from the end": lambda db: db.community.find_many(order={"name": "asc"}, take=-2),
    "distinct": lambda db: db.community.find_many(distinct=["isPublic"], order={"name": "asc"}),
    "either": lambda db: db.user.find_many(
        where={"OR": [{"username": "ada"}, {"bio": {"not": None}}]}, order=UP
    ),
    "by a moment": lambda db: db.user.find_many(
        where={"lastSeenAt": {"gt": datetime(2024, 2, 29, tzinfo=UTC)}}
    ),
    "by an enum": lambda db: db.user.find_many(where={"role": InstanceRole.ADMIN}),
    "by bytes": lambda db: db.file.find_many(where={"checksum": Base64.encode(b"\x00\xff")}),
    "by a list": lambda db: db.role.find_many(
        where={"permissions": {"has": Permission.MANAGE_ROLES}}
    ),
    "by Json": lambda db: db.notification.find_many(where={"data": {"equals": Json("text")}}),
    "by a related one": lambda db: db.community.find_many(
        where={"owner": {"is": {"username": "ada"}}}, order={"name": "asc"}
    ),
    "by related ones": lambda db: db.user.find_many(
        where={"ownedCommunities": {"some": {"name": {"startswith": "L"}}}}
    ),
    "include": lambda db: db.user.find_many(
        order=UP,
        include={
            "notifications": {"order_by": {"id": "asc"}},
            "ownedCommunities": {
                "where": {"isPublic": True},
                "order_by": {"name": "asc"},
                "include": {"roles": True, "owner": True},
            },
        },
    ),
    "count": lambda db: db.user.count(),
    "count of values": lambda db: db.user.count(select={"_all": True, "bio": True}),
    "group": lambda db: db.community.group_by(
        ["isPublic"], count={"_all": True}, min={"name": True}, order={"isPublic": "asc"}
    ),
    "group of numbers": lambda db: db.user.group_by(
        ["username"], sum={"storageQuota": True}, avg={"storageUsed": True}, order=UP
    ),
}


async def test_answers(database: DatabaseService, plain: Prisma) -> None:
    await fill(database)
    for name, ask in ANSWERED.items():
        assert exact(await ask(database)) == exact(await ask(plain)), name


def exact(answer: object) -> object:
    """The answer with the types of its values: 1 is not 1.0, nor True."""
    match answer:
        case BaseModel():
            return type(answer), answer.model_fields_set, exact(vars(answer))
        case dict():
            return {key: exact(item) for key, item in answer.items()}
        case list():
            return [exact(item) for item in answer]
        case _:
            return type(answer), answer


REFUSED: Final[dict[str, Ask]] = {
    "an unknown field": lambda db: db.user.find_first(where={"shoe_size": 38}),
    "an unknown operator": lambda db: db.user.find_first(where={"email": {"$ne": None}}),
    "an unknown related field": lambda db: db.community.find_first(
        where={"owner": {"is": {"shoe_size": 38}}}
    ),
    "no such member of an enum": lambda db: db.user.find_first(where={"role": "KING"}),
    "another type": lambda db: db.user.find_first(where={"username": 7}),
    "null of what is required": lambda db: db.user.find_first(where={"username": None}),
    "no list": lambda db: db.user.find_first(where={"username": {"in": "ada"}}),
    "an id that is none": lambda db: db.user.find_unique({"id": "ada"}),
    "no unique": lambda db: db.user.find_unique({"bio": "x"}),
    "nobody": lambda db: db.user.find_unique_or_raise({"id": NOBODY}),
    "the second key of an order": lambda db: db.user.find_many(order={"role": "asc", "x": "asc"}),
    "no direction": lambda db: db.user.find_many(order={"role": "up"}),
    "a negative skip": lambda db: db.user.find_many(skip=-1),
    "an unknown include": lambda db: db.user.find_many(include={"shoes": True}),
    "an unknown argument of an include": lambda db: db.user.find_many(
        include={"files": {"size": 1}}
    ),
    "a required value missing": lambda db: db.user.create({"username": "ada"}),
    "no data": lambda db: db.user.create(None),
    "a list of null": lambda db: db.instanceinvite.create({"code": "x", "usedByIds": None}),
    "two operations on a number": lambda db: db.user.update(
        where={"id": NOBODY}, data={"storageUsed": {"set": 1, "increment": 1}}
    ),
    "an id to be changed": lambda db: db.user.update(where={"id": NOBODY}, data={"id": NOBODY}),
    "a connect to nobody": lambda db: db.community.create(
        {"name": "x", "owner": {"connect": {"id": NOBODY}}}
    ),
    "a key beside its relation": lambda db: db.community.create(
        {"name": "x", "ownerId": NOBODY, "owner": {"connect": {"id": NOBODY}}}
    ),
    "an order of no group": lambda db: db.user.group_by(["role"], order={"bio": "asc"}),
    "the sum of texts": lambda db: db.user.group_by(["role"], sum={"bio": True}),
}


async def test_refusals(database: DatabaseService, plain: Prisma) -> None:
    for name, ask in REFUSED.items():
        assert await refused(database, ask) == await refused(plain, ask), name
    assert await database.user.count() == await database.community.count() == 0


async def refused(client: Prisma, ask: Ask) -> tuple[type[PrismaError], str, object]:
    """The class, the words and the code of the error that `ask` meets."""
    with pytest.raises(PrismaError) as caught:
        await ask(client)
    return type(caught.value), str(caught.value), getattr(caught.value, "code", None)
