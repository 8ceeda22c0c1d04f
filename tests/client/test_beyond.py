"""What the client says that upstream's could not: each of it typed, and on both stores."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from prisma.enums import FriendshipStatus, InstanceRole
from prisma.errors import UniqueViolationError
from prisma.models import User

from database import DatabaseService
from tests.records import user, wrong

# --- names ---


async def test_both_names_of_a_model(database: DatabaseService) -> None:
    assert type(database.read_receipt) is type(database.readreceipt)
    assert await database.read_receipt.count() == 0
    async with database.batch_() as batch:
        batch.read_receipt.delete_many()
    assert batch.results == [0]
    async with database.tx() as tx:
        assert await tx.instance_invite.count() == 0


async def test_an_attribute_that_no_client_has(database: DatabaseService) -> None:
    unknown: Any = database
    with pytest.raises(AttributeError, match="has no attribute 'users'"):
        _ = unknown.users
    with pytest.raises(AttributeError, match="has no attribute 'users'"):
        _ = unknown.batch_().users


@pytest.mark.parametrize(
    "name",
    [
        *("find_many", "create", "update", "upsert", "count", "group_by"),
        *("create_many_and_return", "update_many_and_return", "update_or_raise", "delete_or_raise"),
        *("delete_many", "find_raw", "aggregate_raw"),
    ],
)
def test_an_editor_has_something_to_show(database: DatabaseService, name: str) -> None:
    shown = inspect.getdoc(getattr(database.user, name)) or ""
    assert shown.splitlines()[0].endswith(".")
    assert f".{name}(" in shown
    assert "Args:" in shown
    assert "Returns:" in shown


# --- filters ---


async def test_enums_in_lists_and_negated(database: DatabaseService) -> None:
    for name, role in (("a", InstanceRole.ADMIN), ("b", InstanceRole.OWNER), ("c", None)):
        await database.user.create({**user(name), "role": role or InstanceRole.MEMBER})
    find = database.user.find_many
    both = await find(where={"role": {"in": [InstanceRole.ADMIN, InstanceRole.OWNER]}})
    assert len(both) == 2
    assert len(await find(where={"role": {"not_in": [InstanceRole.ADMIN]}})) == 2
    assert len(await find(where={"role": {"not": InstanceRole.MEMBER}})) == 2
    assert len(await find(where=wrong({"role": {"notIn": ["ADMIN"]}}))) == 2


async def test_what_is_set_and_what_is_none(database: DatabaseService) -> None:
    ada = await database.user.create({**user("ada"), "bio": None})
    await database.user.create(user("grace"))
    await database.community.create({"name": "a", "ownerId": ada.id})
    await database.community.create({"name": "b"})
    assert await database.user.count(where={"bio": {"is_set": True}}) == 1
    assert await database.user.count(where={"bio": None}) == 1
    assert await database.community.count(where={"owner": None}) == 1
    assert await database.community.count(where={"owner": {"is_not": None}}) == 1
    await database.user.update(where={"id": ada.id}, data={"bio": {"unset": True}})
    assert await database.user.count(where={"bio": {"is_set": False}}) == 2


async def test_a_unique_with_more_conditions(database: DatabaseService, ada: User) -> None:
    find = database.user.find_unique
    assert await find({"username": "ada", "role": InstanceRole.MEMBER}) == ada
    assert await find({"username": "ada", "role": InstanceRole.OWNER}) is None
    assert await find({"id": ada.id, "OR": [{"bio": "x"}, {"username": "ada"}]}) == ada
    change = database.user.update
    assert await change({"bio": "x"}, {"id": ada.id, "bio": {"is_set": True}}) is None
    assert await database.user.delete({"id": ada.id, "username": "grace"}) is None


# --- order ---


async def test_order_by_what_is_related(database: DatabaseService) -> None:
    for name, quota in (("ada", 2), ("grace", 1)):
        owner = await database.user.create({**user(name), "storageQuota": quota})
        for number in range(quota):
            await database.community.create({"name": f"{name} {number}", "ownerId": owner.id})
    by_owner = await database.community.find_many(order=[{"owner": {"storageQuota": "asc"}}])
    assert by_owner[0].name == "grace 0"
    by_count = await database.user.find_many(order={"ownedCommunities": {"_count": "asc"}})
    assert [each.username for each in by_count] == ["grace", "ada"]


# --- writes ---


async def test_nested_updates(database: DatabaseService) -> None:
    ada = await database.user.create(
        {**user("ada"), "files": {"create_many": {"data": [{"name": "a"}, {"name": "b"}]}}},
        include={"files": {"order_by": {"name": "asc"}}},
    )
    first, second = ada.files or []

    async def change(data: Any) -> list[tuple[str, int]]:
        found = await database.user.update(
            where={"id": ada.id},
            data={"files": data},
            include={"files": {"order_by": {"name": "asc"}}},
        )
        return [(each.name, each.size) for each in (found and found.files) or ()]

    assert await change({"update": {"where": {"id": first.id}, "data": {"name": "c"}}}) == [
        ("b", 0),
        ("c", 0),
    ]
    missing = "0" * 24
    upsert = {"where": {"id": missing}, "create": {"name": "d"}, "update": {"name": "x"}}
    assert [name for name, _ in await change({"upsert": [upsert]})] == ["b", "c", "d"]
    many = {"where": {"name": {"in": ["b", "c"]}}, "data": {"size": 7}}
    assert await change({"update_many": many}) == [("b", 7), ("c", 7), ("d", 0)]
    assert await change({"delete_many": {"size": 7}}) == [("d", 0)]
    assert await change({"create_many": {"data": [{"name": "e"}]}}) == [("d", 0), ("e", 0)]
    assert second.name == "b"


async def test_keys_as_values_and_by_connect(database: DatabaseService) -> None:
    ada, grace = [await database.user.create(user(name)) for name in ("ada", "grace")]
    made = await database.friendship.create(
        {"requesterId": ada.id, "addresseeId": grace.id, "pair": f"{ada.id}-{grace.id}"}
    )
    await database.friendship.update(
        where={"requesterId_addresseeId": {"requesterId": ada.id, "addresseeId": grace.id}},
        data={"requesterId": grace.id, "status": FriendshipStatus.ACCEPTED},
    )
    changed = await database.friendship.update(
        where={"id": made.id},
        data={"addressee": {"connect": {"id": ada.id}}, "requester": {"update": {"bio": "x"}}},
        include={"addressee": True, "requester": True},
    )
    assert changed is not None
    assert changed.addressee == ada
    assert changed.requester is not None
    assert (changed.requester.username, changed.requester.bio) == ("grace", "x")


async def test_an_upsert_inside(database: DatabaseService) -> None:
    made = await database.community.create({"name": "Engines"})
    owner: Any = {"upsert": {"create": user("ada"), "update": {"bio": "x"}}}
    for expected in (None, "x"):
        found = await database.community.update({"owner": owner}, {"id": made.id}, {"owner": True})
        assert found is not None
        assert found.owner is not None
        assert (found.owner.username, found.owner.bio) == ("ada", expected)


# --- what is calculated ---


async def test_aggregate(database: DatabaseService) -> None:
    for size in (1, 2, 6):
        await database.file.create({"name": str(size), "size": size})
    found = await database.file.aggregate(
        sum={"size": True}, avg={"size": True}, min={"name": True}, count=True
    )
    assert found["_sum"]["size"] == 9
    assert found["_avg"]["size"] == 3.0
    assert found["_min"]["name"] == "1"
    assert found["_count"]["_all"] == 3
    some = await database.file.aggregate(where={"size": {"gt": 1}}, count={"size": True})
    assert some["_count"]["size"] == 2
    last = await database.file.aggregate(order={"name": "desc"}, take=1, max={"size": True})
    assert last["_max"]["size"] == 6


async def test_groups_in_the_order_of_what_is_calculated(database: DatabaseService) -> None:
    for name, role in (("a", "ADMIN"), ("b", "ADMIN"), ("c", "OWNER")):
        await database.user.create({**user(name), "role": InstanceRole(role)})
    groups = await database.user.group_by(
        ["role"],
        count=True,
        order={"_count": {"role": "asc"}},
        having={"role": {"not": InstanceRole.MEMBER}},
    )
    assert [(each["role"], each["_count"]["_all"]) for each in groups] == [
        ("OWNER", 1),
        ("ADMIN", 2),
    ]


async def test_a_unique_value_twice_in_a_model_of_its_own_name(database: DatabaseService) -> None:
    async with database.batch_() as batch:
        batch.user.create(user("ada"))
    with pytest.raises(UniqueViolationError):
        await User.prisma(database).create(wrong({**user("ada"), "id": batch.results[0].id}))
