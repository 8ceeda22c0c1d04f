"""The generated actions as upstream's own suite asks for them, and how they refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from prisma.enums import InstanceRole
from prisma.errors import (
    DataError,
    FieldNotFoundError,
    InputError,
    MissingRequiredValueError,
    RecordNotFoundError,
    UniqueViolationError,
)
from prisma.models import Community, User
from prisma.types import UserCreateInput

from database import DatabaseService

NOBODY = "0" * 24
REQUIRED = "depends on one or more records that were required but not found"


def user(name: str) -> UserCreateInput:
    return {"username": name, "hashedPassword": "x"}


def wrong(value: object) -> Any:
    """What no type checker lets pass."""
    return value


async def three(database: DatabaseService) -> list[User]:
    """Three users whose names, quotas and moments rise."""
    return [
        await database.user.create(
            {
                **user(name),
                "storageQuota": quota,
                "lastSeenAt": datetime(2024, 1, quota, tzinfo=UTC),
            }
        )
        for quota, name in enumerate(("ada", "alan", "grace"), start=1)
    ]


# --- create ---


async def test_create_gives_defaults_and_what_was_given(database: DatabaseService) -> None:
    before = datetime.now(UTC)
    made = await database.user.create({**user("ada"), "bio": None, "storageQuota": 2**40})
    assert len(made.id) == 24
    assert (made.username, made.bio, made.storageQuota) == ("ada", None, 2**40)
    assert (made.role, made.storageUsed, made.communityIds) == ("MEMBER", 0, [])
    assert made.ownedCommunities is None
    assert abs((made.createdAt - before).total_seconds()) < 10
    assert made.updatedAt >= made.createdAt
    assert await database.user.find_unique({"id": made.id}) == made


async def test_create_with_relations(database: DatabaseService) -> None:
    made = await database.community.create(
        {"name": "Engines", "owner": {"create": user("ada")}}, include={"owner": True}
    )
    assert made.owner is not None
    connected = await database.community.create(
        {"name": "Looms", "owner": {"connect": {"id": made.owner.id}}}, include={"owner": True}
    )
    assert connected.owner == made.owner
    by_key = await database.community.create(
        {"name": "Cards", "ownerId": made.owner.id}, include={"owner": True}
    )
    assert by_key.owner == made.owner
    for _ in range(2):
        either = await database.community.upsert(
            where={"name": "Bells"},
            data={
                "create": {
                    "name": "Bells",
                    "owner": {
                        "connect_or_create": {
                            "where": {"username": "grace"},
                            "create": user("grace"),
                        }
                    },
                },
                "update": {},
            },
            include={"owner": True},
        )
        assert either.owner is not None
        assert either.owner.username == "grace"
    assert await database.user.count() == 2


async def test_create_needs_what_is_required(database: DatabaseService) -> None:
    with pytest.raises(TypeError):
        await wrong(database.user.create)()
    with pytest.raises(MissingRequiredValueError, match="hashedPassword"):
        await database.user.create(wrong({"username": "ada"}))
    for name in ("username", "role"):
        with pytest.raises(MissingRequiredValueError, match=name):
            await database.user.create(wrong({**user("ada"), name: None}))
    with pytest.raises(MissingRequiredValueError, match="owner"):
        await database.community.create(wrong({"name": "Engines", "owner": None}))
    assert await database.user.count() == 0


@pytest.mark.usefixtures("indexes")
async def test_what_is_unique_is_kept_so(database: DatabaseService) -> None:
    ada = await database.user.create(user("ada"))
    with pytest.raises(UniqueViolationError, match="Unique constraint failed") as caught:
        await database.user.create(user("ada"))
    assert caught.value.meta["target"] == ["username"]
    with pytest.raises(UniqueViolationError):
        await database.user.create({**user("other"), "id": ada.id})
    with pytest.raises(UniqueViolationError):
        await database.user.create_many(wrong([user("new"), user("ada")]))


async def test_create_many(database: DatabaseService) -> None:
    assert await database.user.create_many(wrong([user("ada"), user("grace")])) == 2
    assert await database.user.create_many([]) == 0
    ada = await database.user.find_first_or_raise(where={"username": "ada"})
    communities = wrong([{"name": "Engines", "ownerId": ada.id}, {"name": "Looms"}])
    assert await database.community.create_many(communities) == 2
    found = await database.user.find_unique({"id": ada.id}, include={"ownedCommunities": True})
    assert found is not None
    assert [item.name for item in found.ownedCommunities or ()] == ["Engines"]


# --- find ---


async def test_find_unique(database: DatabaseService) -> None:
    ada, *_ = await three(database)
    assert await database.user.find_unique({"id": ada.id}) == ada
    assert await database.user.find_unique({"username": "ada"}) == ada
    assert await database.user.find_unique({"id": NOBODY}) is None
    assert await database.user.find_unique_or_raise({"id": ada.id}) == ada
    with pytest.raises(RecordNotFoundError, match=REQUIRED):
        await database.user.find_unique_or_raise({"id": NOBODY})


async def test_find_unique_by_a_compound(database: DatabaseService) -> None:
    ada, alan, _ = await three(database)
    made = await database.userblock.create({"blockerId": ada.id, "blockedId": alan.id})
    key = {"blockerId": ada.id, "blockedId": alan.id}
    assert await database.userblock.find_unique(wrong({"blockerId_blockedId": key})) == made
    other = {"blockerId": alan.id, "blockedId": ada.id}
    assert await database.userblock.find_unique(wrong({"blockerId_blockedId": other})) is None
    with pytest.raises(DataError, match="blockedId"):
        await database.userblock.find_unique(wrong({"blockerId_blockedId": {"blockerId": ada.id}}))


@pytest.mark.parametrize("where", [{"bio": "x"}, {}, {"id": NOBODY, "email_": "x"}])
async def test_find_unique_needs_a_unique(database: DatabaseService, where: object) -> None:
    for find in (database.user.find_unique, database.user.find_unique_or_raise):
        with pytest.raises(DataError):
            await find(wrong(where))
        with pytest.raises(TypeError):
            await wrong(find)()


async def test_find_first_with_order_skip_and_cursor(database: DatabaseService) -> None:
    ada, alan, grace = await three(database)
    first = database.user.find_first
    assert await first(order={"username": "desc"}) == grace
    assert await first(order={"username": "asc"}, skip=1) == alan
    assert await first(order={"username": "asc"}, cursor={"id": alan.id}) == alan
    assert await first(order={"username": "asc"}, cursor={"id": alan.id}, skip=1) == grace
    assert await first(where={"storageQuota": {"gt": 3}}) is None
    assert await first(where={"NOT": [{"username": "ada"}]}, order={"createdAt": "asc"}) == alan
    with pytest.raises(RecordNotFoundError, match=REQUIRED):
        await database.user.find_first_or_raise(where={"username": "nobody"})
    assert await database.user.find_first_or_raise(where={"id": ada.id}) == ada


async def test_find_many_filters_orders_and_cuts(database: DatabaseService) -> None:
    await three(database)

    async def names(**asked: Any) -> list[str]:
        return [item.username for item in await database.user.find_many(**asked)]

    up = {"username": "asc"}
    assert await names(order=up) == ["ada", "alan", "grace"]
    assert await names(order=[{"role": "asc"}, {"username": "desc"}], take=1) == ["grace"]
    assert await names(order=up, take=2) == ["ada", "alan"]
    assert await names(order=up, take=-2) == ["alan", "grace"]
    assert await names(order=up, take=1, skip=1) == ["alan"]
    assert await names(where={"username": {"startswith": "a", "endswith": "n"}}) == ["alan"]
    assert await names(where={"username": {"not_in": ["ada", "alan"]}}) == ["grace"]
    assert await names(where={"username": {"equals": "ADA", "mode": "insensitive"}}) == ["ada"]
    ends = {"OR": [{"storageQuota": 1}, {"storageQuota": {"gte": 3}}]}
    assert await names(where=ends, order=up) == ["ada", "grace"]
    assert await names(where={"username": {"not": {"contains": "a"}}}) == []
    assert await names(distinct=["role"], order=up) == ["ada"]


async def test_filters_on_relations(database: DatabaseService) -> None:
    ada, alan, _ = await three(database)
    for name, owner in (("Engines", ada), ("Looms", ada), ("Bombes", alan)):
        await database.community.create({"name": name, "ownerId": owner.id})

    async def names(where: Any) -> list[str]:
        found = await database.user.find_many(where=where, order={"username": "asc"})
        return [item.username for item in found]

    with_e = {"name": {"contains": "e"}}
    assert await names({"ownedCommunities": {"some": with_e}}) == ["ada", "alan"]
    assert await names({"ownedCommunities": {"every": with_e}}) == ["alan", "grace"]
    assert await names({"ownedCommunities": {"none": with_e}}) == ["grace"]
    by_owner = await database.community.find_many(
        where={"owner": {"is": {"username": "ada"}}}, order={"name": "asc"}
    )
    assert [item.name for item in by_owner] == ["Engines", "Looms"]
    others = await database.community.find_many(where={"owner": {"is_not": {"username": "ada"}}})
    assert [item.name for item in others] == ["Bombes"]


async def test_is_not_asks_for_a_record_that_differs(database: DatabaseService) -> None:
    """As Prisma has it on MongoDB; on SQL, upstream's suite also gets those that have none."""
    ada, *_ = await three(database)
    await database.community.create({"name": "Engines", "ownerId": ada.id})
    await database.community.create({"name": "Nobody's"})
    asked = await database.community.find_many(where={"owner": {"is_not": {"username": "alan"}}})
    assert [item.name for item in asked] == ["Engines"]
    none = await database.community.find_many(where={"owner": {"is": wrong(None)}})
    assert [item.name for item in none] == ["Nobody's"]


async def test_an_included_list_is_filtered_ordered_and_cut(database: DatabaseService) -> None:
    ada, *_ = await three(database)
    made = [
        await database.community.create({"name": name, "ownerId": ada.id, "isPublic": public})
        for name, public in (("a", False), ("b", True), ("c", True), ("d", False))
    ]

    async def names(**asked: Any) -> list[str]:
        found = await database.user.find_unique(
            {"id": ada.id}, include={"ownedCommunities": cast(Any, asked)}
        )
        assert found is not None
        return [item.name for item in found.ownedCommunities or ()]

    up = {"name": "asc"}
    assert await names(order_by=up) == ["a", "b", "c", "d"]
    assert await names(order_by={"name": "desc"}, take=2) == ["d", "c"]
    assert await names(where={"isPublic": True}, order_by=up) == ["b", "c"]
    assert await names(order_by=up, cursor={"id": made[0].id}, take=1, skip=1) == ["b"]
    assert await names(order_by=up, cursor={"id": made[1].id}, take=-1, skip=1) == ["a"]
    assert await names(order_by=up, distinct=["isPublic"]) == ["a", "b"]
    nested = await database.user.find_unique(
        {"id": ada.id}, include={"ownedCommunities": {"include": {"owner": True}}}
    )
    assert nested is not None
    assert {item.owner == ada for item in nested.ownedCommunities or ()} == {True}


# --- update, upsert, delete ---


async def test_update(database: DatabaseService) -> None:
    ada, *_ = await three(database)
    await asyncio.sleep(0.002)
    changed = await database.user.update(where={"id": ada.id}, data={"bio": "x"})
    assert changed is not None
    assert (changed.bio, changed.createdAt) == ("x", ada.createdAt)
    assert changed.updatedAt > ada.updatedAt
    emptied = await database.user.update(where={"id": ada.id}, data={"bio": None})
    assert emptied is not None
    assert emptied.bio is None
    assert await database.user.update(where={"id": NOBODY}, data={"bio": "x"}) is None
    with pytest.raises(MissingRequiredValueError, match="username"):
        await database.user.update(where={"id": ada.id}, data={"username": wrong(None)})


async def test_numbers_change_in_place(database: DatabaseService) -> None:
    ada, *_ = await three(database)
    for operator, operand, expected in (
        ("increment", 5, 5),
        ("set", 20, 20),
        ("decrement", 5, 15),
        ("multiply", 2, 30),
        ("divide", 3, 10),
    ):
        changed = await database.user.update(
            where={"id": ada.id}, data={"storageUsed": wrong({operator: operand})}
        )
        assert changed is not None
        assert changed.storageUsed == expected
        assert type(changed.storageUsed) is int
    with pytest.raises(DataError, match="Expected exactly one field to be present, got 2"):
        await database.user.update(
            where={"id": ada.id}, data={"storageUsed": wrong({"divide": 1, "multiply": 2})}
        )


async def test_lists_are_set_and_pushed_to(database: DatabaseService) -> None:
    made = await database.instanceinvite.create({"code": "x"})
    assert made.usedByIds == []

    async def change(value: object) -> list[str]:
        changed = await database.instanceinvite.update(
            where={"id": made.id}, data={"usedByIds": wrong(value)}
        )
        assert changed is not None
        return changed.usedByIds

    one, two, three_ = (str(number) * 24 for number in (1, 2, 3))
    assert await change({"push": [one, two]}) == [one, two]
    assert await change({"push": three_}) == [one, two, three_]
    assert await change({"set": [two]}) == [two]
    assert await change([three_]) == [three_]
    count = database.instanceinvite.count
    assert await count(where={"usedByIds": {"has": three_}}) == 1
    assert await count(where={"usedByIds": {"has_some": [one, three_]}}) == 1
    assert await count(where={"usedByIds": {"has_every": [one, three_]}}) == 0
    assert await count(where={"usedByIds": {"equals": [three_]}}) == 1
    assert await count(where={"usedByIds": {"is_empty": True}}) == 0
    assert await count(where={"usedByIds": {"equals": wrong(None)}}) == 0


@pytest.mark.parametrize("act", ["disconnect", "delete"])
async def test_related_records_are_let_go(database: DatabaseService, act: str) -> None:
    ada = await database.user.create({**user("ada"), "ownedCommunities": {"create": {"name": "x"}}})
    made = await database.community.find_first_or_raise()
    changed = await database.user.update(
        where={"id": ada.id},
        data={"ownedCommunities": wrong({act: [{"id": made.id}]})},
        include={"ownedCommunities": True},
    )
    assert changed is not None
    assert changed.ownedCommunities == []
    assert await database.community.count() == (1 if act == "disconnect" else 0)


async def test_a_connect_that_finds_nobody(database: DatabaseService) -> None:
    """To one it is P2025, which upstream answers with None; to many it is P2018."""
    made = await database.community.create({"name": "Engines"})
    ada = await database.user.create(user("ada"))
    to_one = await database.community.update(
        where={"id": made.id}, data={"owner": {"connect": {"id": NOBODY}}}
    )
    assert to_one is None
    with pytest.raises(DataError) as caught:
        await database.user.update(
            where={"id": ada.id}, data={"ownedCommunities": {"connect": [{"id": NOBODY}]}}
        )
    assert caught.value.code == "P2018"


async def test_update_many(database: DatabaseService) -> None:
    await three(database)
    change = database.user.update_many
    assert await change(where={"username": {"startswith": "a"}}, data={"bio": "x"}) == 2
    assert await change(where={"bio": "x"}, data={"bio": None}) == 2
    assert await change(where={"bio": "x"}, data={"bio": "y"}) == 0
    assert await change(where={}, data={"storageUsed": {"increment": 2}}) == 3
    assert {item.storageUsed for item in await database.user.find_many()} == {2}


async def test_upsert(database: DatabaseService) -> None:
    for bio in ("created", "updated"):
        made = await database.user.upsert(
            where={"username": "ada"},
            data={"create": {**user("ada"), "bio": "created"}, "update": {"bio": "updated"}},
        )
        assert (made.username, made.bio) == ("ada", bio)
    assert await database.user.count() == 1


async def test_delete(database: DatabaseService) -> None:
    made = await database.community.create({"name": "x", "owner": {"create": user("ada")}})
    deleted = await database.community.delete(where={"id": made.id}, include={"owner": True})
    assert isinstance(deleted, Community)
    assert deleted.owner is not None
    assert await database.community.delete(where={"id": made.id}) is None
    assert await database.user.count() == 1
    assert await database.user.delete_many(where={"username": "nobody"}) == 0
    assert await database.user.delete_many() == 1


# --- count, group_by ---


async def test_count(database: DatabaseService) -> None:
    assert await database.user.count() == 0
    await three(database)
    await database.user.update_many(where={"username": "ada"}, data={"bio": "x"})
    assert await database.user.count() == 3
    assert await database.user.count(where={"username": {"contains": "l"}}) == 1
    assert await database.user.count(take=1) == 1
    assert await database.user.count(skip=1) == 2
    assert await database.user.count(select={}) == {"_all": 3}
    assert await database.user.count(select={"bio": True}) == {"bio": 1}
    assert await database.user.count(select={"_all": True, "bio": True}) == {"_all": 3, "bio": 1}


async def test_group_by(database: DatabaseService) -> None:
    await three(database)
    await database.user.update_many(where={"username": "ada"}, data={"role": InstanceRole.ADMIN})
    group = wrong(database.user.group_by)
    up = {"role": "asc"}
    assert await group(["role"], order=up) == [{"role": "ADMIN"}, {"role": "MEMBER"}]
    assert await group(["role"], order=up, take=1) == [{"role": "ADMIN"}]
    assert await group(["role"], order=up, skip=1) == [{"role": "MEMBER"}]
    assert await group(["role"], count=True, order=up) == [
        {"role": "ADMIN", "_count": {"_all": 1}},
        {"role": "MEMBER", "_count": {"_all": 2}},
    ]
    assert await group(
        ["role"],
        order={"role": "desc"},
        where={"storageQuota": {"gt": 0}},
        having={"storageQuota": {"_avg": {"gt": 1}}},
        count={"_all": True, "bio": True},
        sum={"storageQuota": True},
        avg={"storageQuota": True},
        min={"lastSeenAt": True},
        max={"username": True},
    ) == [
        {
            "role": "MEMBER",
            "_count": {"_all": 2, "bio": 0},
            "_sum": {"storageQuota": "5"},
            "_avg": {"storageQuota": 2.5},
            "_min": {"lastSeenAt": "2024-01-02T00:00:00.000Z"},
            "_max": {"username": "grace"},
        }
    ]


async def test_group_by_asks_for_an_order_of_a_page(database: DatabaseService) -> None:
    group = wrong(database.user.group_by)
    for argument in ("take", "skip"):
        with pytest.raises(TypeError, match=f"'order' which is required when '{argument}'"):
            await group(["role"], **{argument: 1})


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (
            {"order": {"username": "asc"}},
            r"Every field used for orderBy must be included in the by-arguments of the query\. "
            "Missing fields: username",
        ),
        (
            {"having": {"storageQuota": {"gt": 1}}},
            "Every field used in `having` filters must either be an aggregation filter or be "
            r"included in the selection of the query\. Missing fields: storageQuota",
        ),
    ],
)
async def test_group_by_takes_what_it_groups_by(
    database: DatabaseService, asked: dict[str, Any], rule: str
) -> None:
    with pytest.raises(InputError, match=rule) as caught:
        await wrong(database.user.group_by)(["role"], count=True, **asked)
    assert caught.value.code == "P2019"


async def test_one_order_takes_one_key(database: DatabaseService) -> None:
    two = wrong({"role": "asc", "username": "asc"})
    expected = "Expected a minimum of 0 and at most 1 fields to be present, got 2"
    asks: list[Callable[[], Awaitable[object]]] = [
        lambda: database.user.find_many(order=two),
        lambda: wrong(database.user.group_by)(["role", "username"], order=two),
    ]
    for ask in asks:
        with pytest.raises(DataError, match=expected):
            await ask()


# --- refusals ---


async def test_an_unknown_name_says_where_it_stands(database: DatabaseService) -> None:
    find = database.user.find_first
    with pytest.raises(FieldNotFoundError, match=r"where\.shoe_size"):
        await find(where=wrong({"shoe_size": 38}))
    with pytest.raises(FieldNotFoundError, match=r"where\.email\.\$ne"):
        await find(where={"email": wrong({"$ne": None})})
    with pytest.raises(FieldNotFoundError, match=r"data\.shoe_size"):
        await database.user.create(wrong({**user("ada"), "shoe_size": 38}))
    with pytest.raises(FieldNotFoundError, match=r"where\.owner\.is\.shoe_size"):
        await database.community.find_first(where={"owner": {"is": wrong({"shoe_size": 38})}})
    for direction in ("asc", None):
        with pytest.raises(FieldNotFoundError, match=r"orderBy\.shoe_size"):
            await database.user.find_many(order=wrong({"shoe_size": direction}))


async def test_arguments_that_are_none_are_left_out(database: DatabaseService) -> None:
    await three(database)
    found = await database.user.find_many(
        where=None, order=None, take=None, skip=None, cursor=None, distinct=None, include=None
    )
    assert len(found) == 3
    assert await database.user.count(where=None, take=None, skip=None, cursor=None) == 3
    assert await database.user.delete_many(where=None) == 3


async def test_a_thousand_at_once(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    counts = await asyncio.gather(*(database.user.count() for _ in range(1000)))
    assert set(counts) == {1}
