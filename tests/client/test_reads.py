"""The generated actions that read, as upstream's own suite asks for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from prisma.enums import InstanceRole
from prisma.errors import (
    DataError,
    InputError,
    RecordNotFoundError,
)

from database import DatabaseService
from tests.records import NOBODY, three, wrong

REQUIRED = "depends on one or more records that were required but not found"

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
            "_sum": {"storageQuota": 5},
            "_avg": {"storageQuota": 2.5},
            "_min": {"lastSeenAt": datetime(2024, 1, 2, tzinfo=UTC)},
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
            r"Every field used for order must be included in the by-arguments of the query\. "
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


async def test_a_group_by_a_text_is_refused_whole(database: DatabaseService) -> None:
    with pytest.raises(DataError, match="`by`: expected a list of fields, got str"):
        await wrong(database.user.group_by)("role")


async def test_one_order_takes_several_keys_in_their_order(database: DatabaseService) -> None:
    """Prisma's engine refuses them: objects of JavaScript and GraphQL promise no order."""
    await three(database)
    await database.user.update_many(where={"username": "ada"}, data={"role": InstanceRole.ADMIN})
    asked: list[dict[str, Any]] = [
        {"role": "asc", "username": "desc"},
        {"username": "desc", "role": "asc"},
        {"role": "desc", "username": "asc"},
        {"role": None, "username": "asc"},
    ]
    expected = ["ada grace alan", "grace alan ada", "alan grace ada", "ada alan grace"]
    for several, names in zip(asked, expected, strict=True):
        alone = [{name: way} for name, way in several.items() if way]
        for order in (several, alone):
            found = await database.user.find_many(order=wrong(order))
            assert " ".join(item.username for item in found) == names
    groups = await database.user.group_by(
        ["role", "username"], order={"role": "desc", "username": "desc"}
    )
    assert [each["username"] for each in groups] == ["grace", "alan", "ada"]


async def test_several_keys_of_a_related_record(database: DatabaseService) -> None:
    ada, alan, grace = await three(database)
    await database.user.update_many(where={"id": ada.id}, data={"role": InstanceRole.ADMIN})
    for name, owner in (("a", ada), ("b", alan), ("c", grace), ("d", alan)):
        await database.community.create({"name": name, "ownerId": owner.id})
    found = await database.community.find_many(
        order={"owner": {"role": "desc", "username": "desc"}, "name": "desc"}
    )
    assert [item.name for item in found] == ["c", "d", "b", "a"]
    counted = await database.user.find_many(
        order={"ownedCommunities": {"_count": "desc"}, "username": "desc"}
    )
    assert [item.username for item in counted] == ["alan", "grace", "ada"]
    included = await database.user.find_unique(
        {"id": alan.id},
        include={"ownedCommunities": {"order_by": {"isPublic": "asc", "name": "desc"}}},
    )
    assert included is not None
    assert [item.name for item in included.ownedCommunities or ()] == ["d", "b"]


async def test_a_page_in_the_order_of_several_keys(database: DatabaseService) -> None:
    await three(database)
    await database.user.update_many(where={"username": "ada"}, data={"role": InstanceRole.ADMIN})
    page = await database.user.find_many(
        order={"role": "asc", "username": "desc"}, cursor={"username": "grace"}, take=2
    )
    assert [item.username for item in page] == ["grace", "alan"]
