"""What a class declares is what is read: subclasses, bases, partials, and their relations."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, Literal, cast

import pytest
from prisma import Base64, Json
from prisma.bases import BaseCommunity, BaseFile, BaseNotification, BaseUser
from prisma.errors import (
    FieldNotFoundError,
    InvalidModelError,
    UnknownModelError,
    UnknownRelationalFieldError,
)
from prisma.models import User
from pydantic import field_validator

from database import DatabaseService
from tests.records import user

# --- classes of the user's own ---


async def test_a_subclass_is_answered(registered: DatabaseService) -> None:
    class Person(User):
        @property
        def title(self) -> str:
            return f"{self.username} ({self.role})"

    made = await Person.prisma().create(user("ada"))
    assert type(made) is Person
    assert made.title == "ada (MEMBER)"
    found = await Person.prisma().find_many(include={"files": True})
    assert [type(item) for item in found] == [Person]
    assert found[0].files == []


async def test_a_base_selects_what_it_declares(registered: DatabaseService) -> None:
    class Name(BaseUser):
        username: str

    made = await Name.prisma().create({**user("ada"), "hashedPassword": "x"})
    assert type(made) is Name
    assert vars(made) == {"username": "ada"}
    assert made.model_fields_set == {"username"}
    assert await Name.prisma().find_first(where={"hashedPassword": "x"}) == made


async def test_validators_of_a_subclass_are_asked(registered: DatabaseService) -> None:
    class Loud(BaseUser):
        username: str
        storageQuota: int  # noqa: N815 - the schema's name
        createdAt: datetime  # noqa: N815
        role: Literal["MEMBER", "ADMIN"]

        @field_validator("username")
        @classmethod
        def louder(cls, value: str) -> str:
            return value.upper()

    made = await Loud.prisma().create({**user("ada"), "storageQuota": 2**53 + 1})
    assert (made.username, made.storageQuota, made.role) == ("ADA", 2**53 + 1, "MEMBER")
    assert made.createdAt.utcoffset() == timedelta(0)


async def test_a_users_own_module_named_models_is_validated(registered: DatabaseService) -> None:
    module = ModuleType("bookstall.models")
    source = """
from prisma.bases import BaseUser
from pydantic import field_validator
class Customer(BaseUser):
    username: str
    @field_validator("username")
    @classmethod
    def louder(cls, value):
        return value.upper()
"""
    exec(source, vars(module))  # noqa: S102 - a module needs a name of its own
    sys.modules["bookstall.models"] = module
    try:
        made = await module.Customer.prisma().create(user("ada"))
    finally:
        del sys.modules["bookstall.models"]
    assert made.username == "ADA"


async def test_json_and_bytes_of_a_subclass(registered: DatabaseService) -> None:
    class Note(BaseNotification):
        data: Json

    class Blob(BaseFile):
        checksum: Base64
        size: int

    ada = await registered.user.create(user("ada"))
    note = await Note.prisma().create({"userId": ada.id, "data": Json.keys(a=[1, None])})
    assert cast(Any, note.data) == {"a": [1, None]}
    blob = await Blob.prisma().create({"name": "x", "checksum": Base64.encode(b"x"), "size": 2**40})
    assert (blob.checksum, blob.size) == (Base64.encode(b"x"), 2**40)


async def test_relations_of_a_subclass_are_of_its_own_classes(registered: DatabaseService) -> None:
    class Owner(BaseUser):
        username: str

    class Place(BaseCommunity):
        name: str
        owner: Owner | None = None

    made = await Place.prisma().create(
        {"name": "Engines", "owner": {"create": user("ada")}}, include={"owner": True}
    )
    assert type(made.owner) is Owner
    assert made.owner.username == "ada"
    found = await Place.prisma().find_first()
    assert found is not None
    assert found.owner is None


async def test_a_field_that_the_schema_lacks(registered: DatabaseService) -> None:
    class Odd(BaseUser):
        shoe_size: int

    with pytest.raises(
        FieldNotFoundError, match=r"Field 'shoe_size' not found in enclosing type 'User'"
    ):
        await Odd.prisma().find_first()


async def test_classes_that_are_not_of_the_client(database: DatabaseService) -> None:
    class Stranger(BaseUser):
        __prisma_model__ = "Stranger"  # type: ignore[assignment]  # as a stale class would

    with pytest.raises(UnknownModelError, match='Model: "Stranger" does not exist'):
        await Stranger.prisma(database).find_first()
    with pytest.raises(InvalidModelError):
        await database._execute(method="find_first", arguments={}, model=Exception)  # type: ignore[arg-type]


# --- partials ---


class UserName(BaseUser):
    __module__ = "prisma.partials"  # where upstream's partial type generator writes them
    username: str


class CommunityCard(BaseCommunity):
    __module__ = "prisma.partials"
    id: str
    name: str
    owner: UserName | None = None


CommunityCard.model_rebuild()  # as at the end of upstream's module


async def test_a_partial_has_what_it_declares(registered: DatabaseService) -> None:
    made = await CommunityCard.prisma().create(
        {"name": "Engines", "owner": {"create": user("ada")}}
    )
    assert type(made) is CommunityCard
    assert made.owner is None
    assert not hasattr(made, "isPublic")
    assert list(vars(made)) == ["id", "name", "owner"]
    assert made.model_fields_set == {"id", "name"}
    found = await CommunityCard.prisma().find_many(include={"owner": True})
    assert [type(item.owner) for item in found] == [UserName]
    assert found[0] == made.model_copy(update={"owner": UserName(username="ada")})


async def test_a_subclass_of_a_partial_is_answered(registered: DatabaseService) -> None:
    class Loud(UserName):
        @property
        def shouted(self) -> str:
            return self.username.upper()

    made = await Loud.prisma().create(user("ada"))
    assert (type(made), made.shouted) == (Loud, "ADA")


async def test_an_include_that_a_partial_lacks(registered: DatabaseService) -> None:
    with pytest.raises(UnknownRelationalFieldError, match=r'"files" either .* on the UserName'):
        await UserName.prisma().find_first(include={"files": True})


# --- include ---


@pytest.mark.parametrize("name", ["nobody", "username"])
async def test_an_include_of_no_relation(database: DatabaseService, name: str) -> None:
    expected = f'Field: "{name}" either does not exist or is not a relational field on the User'
    with pytest.raises(UnknownRelationalFieldError, match=expected):
        await database.user.find_first(include=cast(Any, {name: True}))


async def test_an_include_that_a_class_does_not_declare(registered: DatabaseService) -> None:
    class Name(BaseUser):
        username: str

    with pytest.raises(UnknownRelationalFieldError, match=r'"files" either .* on the Name model'):
        await Name.prisma().find_first(include={"files": True})


async def test_an_include_is_a_boolean_or_an_object(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    with pytest.raises(TypeError, match="Expected `bool` or `dict` include value but got"):
        await database.user.find_first(include=cast(Any, {"files": 1}))
    found = await database.user.find_first(include={"files": False, "invites": {}})
    assert found is not None
    assert found.files is None
    assert found.invites == []


async def test_none_in_an_include_is_left_out(database: DatabaseService, ada: User) -> None:
    await database.file.create({"name": "x", "ownerId": ada.id})
    nothing: Any = {"files": {"where": None, "take": None, "order_by": None, "include": None}}
    found = await database.user.find_first(include=nothing)
    assert found is not None
    assert [file.name for file in found.files or ()] == ["x"]
