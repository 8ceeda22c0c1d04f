"""The generated actions that write, as upstream's own suite asks for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from prisma.errors import (
    DataError,
    MissingRequiredValueError,
    RecordNotFoundError,
    UniqueViolationError,
)
from prisma.models import Community, User

from database import DatabaseService
from tests.records import NOBODY, three, user, wrong

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
async def test_what_is_unique_is_kept_so(database: DatabaseService, ada: User) -> None:
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
    """P2025, to one and to many; the record itself is there, so that None would mislead."""
    made = await database.community.create({"name": "Engines"})
    ada = await database.user.create(user("ada"))
    with pytest.raises(RecordNotFoundError, match="nested connect"):
        await database.community.update(
            where={"id": made.id}, data={"owner": {"connect": {"id": NOBODY}}}
        )
    with pytest.raises(DataError) as caught:
        await database.user.update(
            where={"id": ada.id}, data={"ownedCommunities": {"connect": [{"id": NOBODY}]}}
        )
    assert caught.value.code == "P2025"


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
