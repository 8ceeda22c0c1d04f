"""What answers are made of: ready models, subclasses, partial selections, `Model.prisma()`."""

from __future__ import annotations

import copy
import pickle
import sys
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from types import ModuleType
from typing import Any, Literal, cast

import pytest
from prisma import Base64, Json
from prisma._builder import serializer
from prisma.bases import BaseCommunity, BaseFile, BaseNotification, BaseUser
from prisma.enums import InstanceRole, Permission
from prisma.errors import (
    ClientNotRegisteredError,
    FieldNotFoundError,
    InvalidModelError,
    UnknownModelError,
    UnknownRelationalFieldError,
)
from prisma.models import Community, File, Notification, User
from prisma.types import UserCreateInput
from pydantic import field_validator

from database import DatabaseService

MOMENT = datetime(2024, 2, 29, 23, 59, 58, 987_654, tzinfo=UTC)


def user(name: str) -> UserCreateInput:
    return {"username": name, "hashedPassword": "x"}


# --- ready models ---


async def test_fields_come_in_the_order_of_the_model(database: DatabaseService) -> None:
    await database.user.create({**user("ada"), "ownedCommunities": {"create": {"name": "Engines"}}})
    plain = await database.user.find_first()
    full = await database.user.find_first(include={"ownedCommunities": True, "files": True})
    assert plain is not None
    assert full is not None
    assert list(vars(plain)) == list(vars(full)) == list(User.model_fields)
    assert list(plain.model_dump()) == list(User.model_fields)


async def test_what_was_selected_is_set_and_every_row_has_its_own(
    database: DatabaseService,
) -> None:
    for name in ("ada", "grace"):
        await database.user.create(user(name))
    ada, grace = await database.user.find_many(include={"files": True})
    relations = {name for name in User.model_fields if name not in ada.model_fields_set}
    assert "ownedCommunities" in relations
    assert "files" not in relations
    ada.bio = "changed"
    ada.model_fields_set.add("nothing")
    assert "nothing" not in grace.model_fields_set
    assert grace.bio is None


async def test_a_ready_model_is_as_pydantic_makes_it(database: DatabaseService) -> None:
    made = await database.user.create(
        {**user("ada"), "role": InstanceRole.ADMIN, "lastSeenAt": MOMENT}
    )
    parsed = User.model_validate(made.model_dump())
    assert parsed == made
    assert parsed.model_fields_set - made.model_fields_set == set(User.model_fields) - set(
        made.model_fields_set
    )
    assert User.model_validate_json(made.model_dump_json()) == made
    for copied in (copy.copy(made), copy.deepcopy(made), made.model_copy()):
        assert copied == made
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - of our own making
    assert repr(made).startswith(f"User(id='{made.id}', username='ada'")


async def test_pydantic_passes_a_ready_model_on(database: DatabaseService) -> None:
    made: list[object] = []
    execute = database._execute

    async def watched(**asked: Any) -> Any:
        answer = await execute(**asked)
        made.append(answer["data"]["result"])
        return answer

    database._execute = watched  # type: ignore[method-assign]  # what the actions are handed
    created = await database.user.create(user("ada"))
    (found,) = await database.user.find_many()
    assert created is made[0]
    assert [found] == made[1]
    assert found is cast(list[User], made[1])[0]


async def test_moments_are_aware_and_in_utc(database: DatabaseService) -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=14)))
    created = await database.user.create({**user("ada"), "lastSeenAt": there})
    found = await database.user.find_first()
    assert found is not None
    for model in (created, found):
        assert model.lastSeenAt == MOMENT.replace(microsecond=987_000)
        for moment in (model.lastSeenAt, model.createdAt, model.updatedAt):
            assert moment is not None
            assert moment.utcoffset() == timedelta(0)


async def test_a_moment_without_zone_is_utc(database: DatabaseService) -> None:
    await database.user.create({**user("ada"), "lastSeenAt": MOMENT.replace(tzinfo=None)})
    found = await database.user.find_first(where={"lastSeenAt": MOMENT})
    assert found is not None


async def test_enums_are_texts_as_upstreams_models_have_them(database: DatabaseService) -> None:
    made = await database.user.create({**user("ada"), "role": InstanceRole.ADMIN})
    assert type(made.role) is str
    assert made.role == InstanceRole.ADMIN

    class Rank(str, Enum):  # noqa: UP042 - the kind whose str() is not its value
        OWNER = "OWNER"

    made = await database.user.create({**user("grace"), "role": cast(InstanceRole, Rank.OWNER)})
    assert made.role == "OWNER"


async def test_lists_of_enums(database: DatabaseService) -> None:
    community = await database.community.create({"name": "Engines"})
    role = await database.role.create(
        {
            "name": "moderator",
            "permissions": [Permission.MANAGE_ROLES, Permission.POST_MESSAGES],
            "communityId": community.id,
        }
    )
    assert [type(item) for item in role.permissions] == [str, str]
    assert role.permissions == [Permission.MANAGE_ROLES, Permission.POST_MESSAGES]
    found = await database.role.find_first(where={"permissions": {"has": Permission.POST_MESSAGES}})
    assert found == role


# --- Json and Bytes ---


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"country": "Scotland"}, {"country": "Scotland"}),
        ([1, [2.5, None], {"x": True}], [1, [2.5, None], {"x": True}]),
        ("text", "text"),
        (2**60, 2**60),
        (19.3273823, 19.3273823),
        (False, False),
        ([], []),
        ({}, {}),
        (None, None),
        ({None: 1, True: 2, 3: 4, 2.5: 5}, {"null": 1, "true": 2, "3": 4, "2.5": 5}),
        ({"at": MOMENT}, {"at": "2024-02-29T23:59:58.987000+00:00"}),
        ({"image": Base64.encode(b"x")}, {"image": "eA=="}),
        ({"inner": Json.keys(a=1)}, {"inner": '{"a": 1}'}),
        ((1, 2), [1, 2]),
    ],
    ids=repr,
)
async def test_json_is_kept_as_upstream_writes_it(
    database: DatabaseService, given: Any, kept: object
) -> None:
    ada = await database.user.create(user("ada"))
    made = await database.notification.create(
        {"user": {"connect": {"id": ada.id}}, "data": Json(given)}
    )
    assert made.data == kept
    found = await database.notification.find_first()
    assert found == made


async def test_what_is_no_json_is_upstreams_type_error(database: DatabaseService) -> None:
    ada = await database.user.create(user("ada"))
    with pytest.raises(TypeError, match=r"Type <class '.*DatabaseService'> not serializable"):
        await database.notification.create(
            {"userId": ada.id, "data": Json.keys(what=cast(Any, DatabaseService))}
        )
    with pytest.raises(TypeError, match=r"Type <class 'object'> not serializable"):
        await database.user.find_first(where={"username": cast(Any, object())})
    for asked in ({"where": object()}, {"take": object()}, {"where": {"OR": iter(())}}):
        with pytest.raises(TypeError, match=r"Type <class '\w+'> not serializable"):
            await database.user.find_many(**cast(Any, asked))
    with pytest.raises(TypeError, match="keys must be"):
        await database.notification.create(
            {"userId": ada.id, "data": Json({"a": cast(Any, {("b", "c"): 1})})}
        )


async def test_a_serializer_of_the_users_own(database: DatabaseService) -> None:
    class Name:
        def __init__(self, text: str) -> None:
            self.text = text

    @serializer.register(Name)
    def _(name: Name) -> str:
        return name.text

    ada = await database.user.create(user(cast(str, Name("ada"))))
    assert ada.username == "ada"
    found = await database.user.find_first(where={"username": {"in": [cast(str, Name("ada"))]}})
    assert found == ada
    made = await database.notification.create(
        {"userId": ada.id, "data": Json({"who": cast(Any, Name("ada"))})}
    )
    assert cast(Any, made.data) == {"who": "ada"}


async def test_bytes_are_base64(database: DatabaseService) -> None:
    made = await database.file.create({"name": "x", "checksum": Base64.encode(b"\x00\xff")})
    assert made.checksum == Base64.encode(b"\x00\xff")
    assert made.checksum is not None
    assert made.checksum.decode() == b"\x00\xff"
    assert await database.file.count(where={"checksum": Base64.encode(b"\x00\xff")}) == 1
    assert File.model_validate_json(made.model_dump_json()).checksum == made.checksum


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

    made = await Name.prisma().create(user("ada"))
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
    module = ModuleType("shop.models")
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
    sys.modules["shop.models"] = module
    try:
        made = await module.Customer.prisma().create(user("ada"))
    finally:
        del sys.modules["shop.models"]
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


async def test_none_in_an_include_is_left_out(database: DatabaseService) -> None:
    ada = await database.user.create(user("ada"))
    await database.file.create({"name": "x", "ownerId": ada.id})
    nothing: Any = {"files": {"where": None, "take": None, "order_by": None, "include": None}}
    found = await database.user.find_first(include=nothing)
    assert found is not None
    assert [file.name for file in found.files or ()] == ["x"]


# --- Model.prisma() ---


@pytest.mark.usefixtures("unregistered")
def test_without_a_registered_client() -> None:
    with pytest.raises(ClientNotRegisteredError):
        User.prisma()


async def test_every_action_by_model(registered: DatabaseService) -> None:
    actions = User.prisma()
    ada = await actions.create(user("ada"))
    assert await actions.create_many(cast(Any, [user("grace"), user("alan")])) == 2
    assert await actions.find_unique({"id": ada.id}) == ada
    assert await actions.find_unique_or_raise({"id": ada.id}) == ada
    assert await actions.find_first(where={"username": "ada"}) == ada
    assert await actions.find_first_or_raise(where={"username": "ada"}) == ada
    assert len(await actions.find_many(where={"username": {"contains": "a"}})) == 3
    changed = await actions.update(where={"id": ada.id}, data={"bio": "x"})
    assert isinstance(changed, User)
    assert changed.bio == "x"
    assert await actions.update_many(where={}, data={"bio": "y"}) == 3
    kept = await actions.upsert(
        where={"id": ada.id}, data={"create": user("ada"), "update": {"bio": "z"}}
    )
    assert kept.bio == "z"
    assert await actions.count(where={"NOT": [{"bio": "y"}]}) == 1
    assert await cast(Any, actions).group_by(["bio"], order={"bio": "asc"}) == [
        {"bio": "y"},
        {"bio": "z"},
    ]
    deleted = await actions.delete(where={"id": ada.id})
    assert isinstance(deleted, User)
    assert await actions.delete_many() == 2
    assert isinstance(await Community.prisma().create({"name": "Engines"}), Community)
    made = await Notification.prisma().create(
        {"user": {"create": {"username": "new", "hashedPassword": "x"}}}
    )
    assert isinstance(made, Notification)
