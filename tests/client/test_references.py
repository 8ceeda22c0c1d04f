"""References to fields: filters that compare two fields of a record, or of a composite value."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any, Final

import pytest
from prisma.errors import DataError, InputError
from prisma.models import User
from prisma.types import UserWhereInput
from pydantic import TypeAdapter, ValidationError

from database import DatabaseService
from prismongo.query.nodes.requests import FieldReference
from tests.behaviour.asking import refused
from tests.records import user, wrong

HOME: Final[Any] = {"street": "x", "city": "x"}
AWAY: Final[Any] = {"street": "x", "city": "xyz", "zip": "x", "labels": ["x", "y"]}


@pytest.fixture
async def people(db: Any) -> Any:
    """Ada, whose fields are the same, and Bob, whose fields differ; he has no nick."""
    await db.user.create(
        {
            "name": "ada",
            "email": "ada",
            "nick": "ada",
            "age": 2,
            "role": "BUYER",
            "former": "BUYER",
            "isHidden": True,
            "isActive": True,
            "notes": ["ada", "x"],
            "roles": ["BUYER"],
            "home": HOME,
            "work": HOME,
            "others": [HOME],
        }
    )
    await db.user.create(
        {
            "name": "bob",
            "email": "bobby",
            "age": 9,
            "role": "SELLER",
            "isHidden": False,
            "notes": ["y"],
            "roles": [],
            "home": AWAY,
            "others": [HOME, AWAY],
        }
    )
    return db


def wheres(fields: Any) -> list[tuple[dict[str, Any], str]]:
    """Filters, and whom they find."""
    return [
        ({"name": fields.email}, "ada"),
        ({"name": {"equals": fields.nick}}, "ada"),
        ({"nick": {"equals": fields.name}}, "ada"),
        ({"name": {"not": fields.email}}, "bob"),
        ({"name": {"not": {"equals": fields.email}}}, "bob"),
        ({"NOT": {"name": fields.email}}, "bob"),
        ({"email": {"gt": fields.name}}, "bob"),
        ({"email": {"lte": fields.name}}, "ada"),
        ({"email": {"startswith": fields.name}}, "ada bob"),
        ({"name": {"contains": fields.email}}, "ada"),
        ({"name": {"in": fields.notes}}, "ada"),
        ({"name": {"not_in": fields.notes}}, "bob"),
        ({"notes": {"has": fields.name}}, "ada"),
        ({"notes": {"has_every": fields.notes}}, "ada bob"),
        ({"notes": {"has_some": fields.notes}}, "ada bob"),
        ({"notes": {"equals": fields.notes}}, "ada bob"),
        ({"notes": fields.notes}, "ada bob"),
        ({"role": fields.former}, "ada"),
        ({"role": {"not": fields.former}}, ""),
        ({"role": {"in": fields.roles}}, "ada"),
        ({"roles": {"has": fields.role}}, "ada"),
        ({"isActive": {"equals": fields.isHidden}}, "ada"),
        ({"isActive": {"not": fields.isHidden}}, "bob"),
        ({"age": {"gte": fields.age}}, "ada bob"),
        ({"createdAt": {"lt": fields.seenAt}}, ""),
        ({"home": {"is": {"street": {"equals": fields.home.city}}}}, "ada"),
        ({"home": {"is_not": {"street": {"equals": fields.home.city}}}}, "bob"),
        ({"home": {"is": {"zip": {"in": fields.home.labels}}}}, "bob"),
        ({"work": {"is": {"city": {"lte": fields.work.street}}}}, "ada"),
        ({"others": {"every": {"street": fields.others.city}}}, "ada"),
        ({"others": {"some": {"city": {"gt": fields.others.street}}}}, "bob"),
        ({"others": {"none": {"city": {"gt": fields.others.street}}}}, "ada"),
    ]


async def test_wherever_a_filter_has_a_value(people: Any) -> None:
    for where, names in wheres(people.user.fields):
        found = await people.user.find_many(where=where, order={"name": "asc"})
        assert " ".join(item.name for item in found) == names, where


async def test_in_every_operation_that_has_a_filter(people: Any) -> None:
    fields, actions = people.user.fields, people.user
    same = {"name": {"equals": fields.email}}
    assert await actions.count(where=same) == 1
    assert (await actions.find_first(where=same)).name == "ada"
    assert await actions.find_unique({"email": "bobby", **same}) is None
    assert await actions.update(where={"email": "bobby", **same}, data={"age": 1}) is None
    groups = await actions.group_by(["role"], where=same)
    assert groups == [{"role": "BUYER"}]
    having = {"name": {"gt": fields.email}}
    assert await actions.group_by(["name", "email"], having=having) == []
    assert await actions.update_many(where=same, data={"age": 1}) == 1
    assert await actions.delete_many(where={"NOT": same}) == 1
    assert await actions.count() == 1


async def test_of_related_records(database: DatabaseService) -> None:
    """A reference is about the record of its filter, which is the related one."""
    for name in ("ada", "alan"):
        await database.user.create({**user(name), "bio": "ada"})
    ada = await database.user.find_unique_or_raise({"username": "ada"})
    await database.community.create({"name": "Engines", "ownerId": ada.id})
    same: UserWhereInput = {"username": {"equals": database.user.fields.bio}}
    assert await database.community.count(where={"owner": {"is": same}}) == 1
    assert await database.community.count(where={"owner": {"is_not": same}}) == 0
    other = database.community.find_many(where={"name": database.user.fields.bio})
    assert "but found a field of model User" in str(await refused(other))


@pytest.mark.parametrize("name", ["nobody", "files", "hashed_password", "_owner2", "__len__"])
def test_a_field_that_there_is_not(database: DatabaseService, name: str) -> None:
    with pytest.raises(AttributeError, match=f"User.*{name}"):
        getattr(database.user.fields, name)


def test_what_an_editor_shows(database: DatabaseService) -> None:
    assert {"id", "username", "storageQuota"} <= set(dir(database.user.fields))
    assert "files" not in dir(database.user.fields)
    assert database.user.fields.username == FieldReference[str]("username", "User")
    assert copy.deepcopy(database.user.fields.username) == database.user.fields.username
    with pytest.raises(AttributeError):
        wrong(database.user.fields).username = 1


async def test_what_cannot_be_compared(people: Any) -> None:
    fields = people.user.fields
    for where, words in (
        ({"name": fields.age}, "type String but found User.age of type Int"),
        ({"age": {"gt": fields.visits}}, "type Int but found User.visits of type BigInt"),
        ({"name": {"in": fields.email}}, r"type String[] but found User.email of type String"),
        ({"role": fields.name}, "type Role but found User.name of type String"),
        ({"name": fields.home.city}, "but found a field of composite type Address"),
        ({"home": {"is": {"city": fields.name}}}, "but found a field of model User"),
    ):
        error = await refused(people.user.find_many(where=where))
        assert (type(error), error.code) == (InputError, "P2019")
        assert words in str(error)


async def test_only_in_filters(people: Any) -> None:
    name, actions = people.user.fields.name, people.user
    for asked in (
        actions.update(where={"email": "ada"}, data={"name": name}),
        actions.update(where={"email": "ada"}, data={"name": {"set": name}}),
        actions.update(where={"email": "ada"}, data={"notes": {"push": name}}),
        actions.update(where={"email": "ada"}, data={"visits": {"increment": name}}),
        actions.create({"name": name, "email": "x", "home": HOME}),
        actions.find_unique({"email": name}),
        actions.find_many(where={"name": {"in": [name]}}),
        actions.find_many(where={"notes": {"has_every": [name]}}),
        actions.find_many(order={"name": name}),
        actions.find_many(take=name),
    ):
        with pytest.raises(DataError) as caught:
            await asked
        assert caught.value.code == "P2009"
    assert sorted(item.name for item in await actions.find_many()) == ["ada", "bob"]


@pytest.mark.parametrize("value", [{"field": "hashedPassword", "model": "User"}, ["bio", "User"]])
def test_no_data_from_outside_is_a_reference(value: object) -> None:
    """Neither as the engine reads filters, nor where pydantic reads them first."""
    adapter = TypeAdapter(UserWhereInput)
    with contextlib.suppress(ValidationError):  # as after `prisma.validate`, which knows no `x`
        assert "Reference" not in str(adapter.validate_python({"username": {"x": value}}))
    with pytest.raises(ValidationError):
        adapter.validate_python({"username": {"equals": value}})
    with pytest.raises(ValidationError):
        adapter.validate_json(json.dumps({"username": {"equals": value}}))
    given = {"username": {"equals": FieldReference[str]("bio", User.__name__)}}
    assert adapter.validate_python(given) == given


async def test_an_object_like_a_reference_is_none(database: DatabaseService) -> None:
    for value in ({"field": "bio", "model": "User"}, {"_ref": "bio", "_container": "User"}):
        error = await refused(database.user.find_many(where={"username": wrong(value)}))
        assert error.code == "P2009"
