"""What answers are made of: ready models, values, `Model.prisma()`."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any, cast

import pytest
from prisma import Base64, Json
from prisma._builder import serializer
from prisma.enums import FileStatus, InstanceRole, PartType, Permission
from prisma.errors import (
    ClientNotRegisteredError,
)
from prisma.models import Community, File, Message, Notification, User
from prisma.types import MessagePartCreateInput

from database import DatabaseService
from tests.records import user

MOMENT = datetime(2024, 2, 29, 23, 59, 58, 987_654, tzinfo=UTC)


# --- ready models ---


async def test_fields_come_in_the_order_of_the_model(database: DatabaseService) -> None:
    await database.user.create({**user("ada"), "ownedCommunities": {"create": {"name": "Engines"}}})
    plain = await database.user.find_first()
    full = await database.user.find_first(include={"ownedCommunities": True, "files": True})
    assert plain is not None
    assert full is not None
    read = [name for name in User.model_fields if name != "hashedPassword"]  # it is `@omit`
    assert list(vars(plain)) == list(vars(full)) == read
    asked_for = [name for name in read if name != "counts"]
    assert list(plain.model_dump()) == asked_for


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


async def test_a_change_of_one_record_changes_no_other(database: DatabaseService) -> None:
    for name in ("ada", "grace", "mary", "edith"):
        await database.user.create(user(name))
    changed, dumped, copied, untouched = await database.user.find_many()
    before = set(untouched.model_fields_set)
    changed.files = []
    assert changed.model_fields_set - before == {"files"}
    assert "files" in changed.model_dump(exclude_unset=True)
    dumped.model_fields_set.discard("bio")
    assert "bio" not in dumped.model_dump(exclude_unset=True)
    with_files = copied.model_copy(update={"files": []})
    assert with_files.model_fields_set - before == {"files"}
    for pickled in pickle.loads(pickle.dumps([copied, untouched])):  # noqa: S301 - of our own
        pickled.files = []
        assert pickled.model_fields_set - before == {"files"}
    (found,) = await database.user.find_many(where={"id": copied.id})
    for record in (copied, untouched, found):
        assert type(record.model_fields_set) is set
        assert record.model_fields_set == before
        assert "files" not in record.model_dump(exclude_unset=True)
        assert "bio" in record.model_dump(exclude_unset=True)


async def test_records_of_one_answer_share_the_names_that_are_set(
    database: DatabaseService,
) -> None:
    for name in ("ada", "grace"):
        await database.user.create(user(name))
    ada, grace = await database.user.find_many()
    ada.bio = "Engines"  # which was selected
    shared = ada.__pydantic_fields_set__
    assert shared is grace.__pydantic_fields_set__
    for change in (shared.add, shared.discard, shared.update):
        with pytest.raises(TypeError, match="belong to many records"):
            change("files")


async def test_a_ready_model_is_as_pydantic_makes_it(database: DatabaseService) -> None:
    made = await database.user.create(
        {**user("ada"), "role": InstanceRole.ADMIN, "lastSeenAt": MOMENT},
        omit={"hashedPassword": False},
    )
    parsed = User.model_validate(made.model_dump())
    assert parsed == made
    dumped = set(User.model_fields) - {"counts"}  # which nobody asked for
    assert parsed.model_fields_set - made.model_fields_set == dumped - made.model_fields_set
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
        made.append(answer)
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


# --- enums ---


async def test_enums_are_members_and_texts(database: DatabaseService) -> None:
    made = await database.user.create({**user("ada"), "role": InstanceRole.ADMIN})
    assert made.role is InstanceRole.ADMIN
    assert made.role == "ADMIN"
    assert json.dumps(made.role) == '"ADMIN"'
    assert '"role":"ADMIN"' in made.model_dump_json()
    assert User(**made.model_dump(by_alias=True), hashedPassword="x").role is made.role

    class Rank(str, Enum):  # noqa: UP042 - the kind whose str() is not its value
        OWNER = "OWNER"

    made = await database.user.create({**user("grace"), "role": cast(InstanceRole, Rank.OWNER)})
    assert made.role is InstanceRole.OWNER


async def test_enums_are_members_wherever_they_stand(database: DatabaseService) -> None:
    ada = await database.user.create({**user("ada"), "files": {"create": [{"name": "a"}]}})
    found = await database.user.find_first(include={"files": True})
    assert found is not None
    assert found.role is InstanceRole.MEMBER  # its default
    assert found.files is not None
    assert found.files[0].status is FileStatus.PENDING
    parts: list[MessagePartCreateInput] = [{"text": "hi"}, {"type": PartType.CODE, "text": "x"}]
    async with database.watch(Message) as changes:
        made = await database.message.create({"content": "hi", "parts": parts})
        change = await anext(aiter(changes))
    assert change.after is not None
    for message in (made, change.after):
        assert [part.type for part in message.parts] == ["TEXT", "CODE"]
        assert {type(part.type) for part in message.parts} == {PartType}
    (group,) = await database.user.group_by(["role"], count=True)
    assert group["role"] is InstanceRole.MEMBER
    (streamed,) = [each async for each in database.user.stream()]
    assert streamed.role is InstanceRole.MEMBER
    copied = pickle.loads(pickle.dumps(ada))  # noqa: S301 - made here
    assert copied.role is InstanceRole.MEMBER


async def test_lists_of_enums(database: DatabaseService) -> None:
    community = await database.community.create({"name": "Engines"})
    role = await database.role.create(
        {
            "name": "moderator",
            "permissions": [Permission.MANAGE_ROLES, Permission.POST_MESSAGES],
            "communityId": community.id,
        }
    )
    assert {type(item) for item in role.permissions} == {Permission}
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
    database: DatabaseService, ada: User, given: Any, kept: object
) -> None:
    made = await database.notification.create(
        {"user": {"connect": {"id": ada.id}}, "data": Json(given)}
    )
    assert made.data == kept
    found = await database.notification.find_first()
    assert found == made


async def test_a_record_as_input_is_told_how_it_can_be(database: DatabaseService) -> None:
    made = await database.message.create({"content": "hi", "parts": [{"text": "hi"}]})
    again: Any = {"content": "again", "parts": made.parts}
    for parts in (made.parts, {"set": made.parts}):
        with pytest.raises(TypeError, match=r"instance of MessagePart\. Give its `model_dump\(\)`"):
            await database.message.create(again | {"parts": parts})
    copied = await database.message.create(
        again | {"parts": [part.model_dump() for part in made.parts]}
    )
    assert copied.parts == made.parts


async def test_what_is_no_json_is_upstreams_type_error(
    database: DatabaseService, ada: User
) -> None:
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
