"""The actions that write many records, and those that insist on a record."""

from __future__ import annotations

from typing import Any, assert_type

import pytest
from prisma.bases import BaseUser
from prisma.enums import InstanceRole
from prisma.errors import (
    DataError,
    RecordNotFoundError,
    TransactionError,
    UniqueViolationError,
)
from prisma.models import Community, User

from database import DatabaseService
from prismongo.query.nodes.limits import TRANSACTION_RECORDS
from tests.records import NOBODY, three, user, wrong


class Name(BaseUser):
    """A class of the application's own."""

    username: str


async def test_created_records_come_back(database: DatabaseService) -> None:
    made = await database.user.create_many_and_return(
        [
            {"username": "grace", "hashedPassword": "x", "role": InstanceRole.ADMIN},
            wrong(user("ada")),
        ]
    )
    assert_type(made, list[User])
    assert [each.username for each in made] == ["grace", "ada"]
    assert [each.role for each in made] == ["ADMIN", "MEMBER"]
    assert await database.user.find_many(order={"username": "desc"}) == made
    communities = await database.community.create_many_and_return(
        [{"name": "Engines", "ownerId": made[1].id}, {"name": "Looms"}], include={"owner": True}
    )
    assert_type(communities, list[Community])
    assert [each.owner for each in communities] == [made[1], None]
    assert await database.user.create_many_and_return([]) == []


async def test_changed_records_come_back(database: DatabaseService) -> None:
    ada, alan, grace = await three(database)
    await database.community.create({"name": "Engines", "ownerId": ada.id})
    changed = await database.user.update_many_and_return(
        {"bio": "x", "storageUsed": {"increment": 2}},
        {"username": {"startswith": "a"}},
        {"ownedCommunities": True},
    )
    assert_type(changed, list[User])
    assert [(each.id, each.bio, each.storageUsed) for each in changed] == [
        (ada.id, "x", 2),
        (alan.id, "x", 2),
    ]
    assert [len(each.ownedCommunities or ()) for each in changed] == [1, 0]
    one = await database.user.update_many_and_return(where={}, data={"bio": None}, limit=1)
    assert len(one) == 1
    assert await database.user.find_unique({"id": grace.id}) == grace


async def test_at_most_so_many(database: DatabaseService) -> None:
    await three(database)
    assert await database.user.update_many(where={}, data={"bio": "x"}, limit=2) == 2
    assert await database.user.count(where={"bio": "x"}) == 2
    assert await database.user.delete_many(where={"bio": "x"}, limit=1) == 1
    assert await database.user.delete_many(limit=0) == 0
    assert await database.user.delete_many(limit=5) == 2
    for asked in (
        database.user.update_many(where={}, data={}, limit=-1),
        database.user.update_many_and_return(where={}, data={}, limit=-1),
        database.user.delete_many(limit=-1),
    ):
        with pytest.raises(DataError, match="`limit`: a limit cannot be negative") as caught:
            await asked
        assert caught.value.code == "P2009"


async def test_all_or_none_of_them(database: DatabaseService) -> None:
    many = [user(f"user {number}") for number in range(TRANSACTION_RECORDS + 1)]
    made = await database.user.create_many_and_return(many[:2], atomic=True)
    assert await database.user.create_many(many[2:], atomic=True) == len(many) - 2
    for asked in (
        database.user.create_many(many, atomic=True),
        database.user.create_many_and_return(many, atomic=True),
        database.user.update_many({"bio": "x"}, {}, atomic=True),
        database.user.update_many_and_return({"bio": "x"}, {}, atomic=True),
        database.user.delete_many(atomic=True),
    ):
        with pytest.raises(TransactionError, match="more than one transaction holds") as caught:
            await asked
        assert getattr(caught.value, "code", None) == "P2028"
    assert await database.user.count(where={"bio": None}) == 0
    assert await database.user.count() == len(many)
    assert await database.user.delete_many({"id": made[0].id}, atomic=True) == 1


async def test_a_class_of_the_applications_own(database: DatabaseService) -> None:
    names = await Name.prisma(database).create_many_and_return([user("ada"), user("grace")])
    assert_type(names, list[Name])
    assert names == [Name(username="ada"), Name(username="grace")]
    again = await Name.prisma(database).update_many_and_return({"username": "x"}, {}, limit=1)
    assert again == [Name(username="x")]


async def test_in_a_transaction_and_in_a_batch(database: DatabaseService) -> None:
    transaction = database.tx()
    tx = await transaction.start()
    await tx.user.create_many_and_return([user("ada"), user("grace")])
    changed = await tx.user.update_many_and_return({"bio": "x"}, {"username": "ada"})
    assert [each.bio for each in changed] == ["x"]
    await transaction.rollback()
    assert await database.user.count() == 0
    async with database.batch_() as batch:
        batch.user.create_many_and_return([user("ada"), user("alan"), user("grace")])
        batch.user.update_many_and_return({"bio": "x"}, {"username": "ada"})
        batch.user.update_many({"bio": "y"}, {}, limit=1)
        batch.user.delete_many({}, limit=2)
    made, changed, updated, deleted = batch.results
    assert [each.username for each in made] == ["ada", "alan", "grace"]
    assert [(each.username, each.bio) for each in changed] == [("ada", "x")]
    assert (updated, deleted) == (1, 2)
    assert await database.user.count() == 1


@pytest.mark.usefixtures("indexes")
async def test_all_of_them_or_none(database: DatabaseService) -> None:
    with pytest.raises(UniqueViolationError):
        await database.user.create_many_and_return([user("ada"), user("grace"), user("ada")])
    assert await database.user.count() == 0


# --- or raise ---


async def test_a_record_that_must_exist(database: DatabaseService) -> None:
    made = await database.community.create({"name": "Engines", "owner": {"create": user("ada")}})
    changed = await database.community.update_or_raise(
        {"name": "Looms"}, {"id": made.id}, {"owner": True}
    )
    assert_type(changed, Community)
    assert changed.owner is not None
    assert (changed.name, changed.owner.username) == ("Looms", "ada")
    gone = await database.community.delete_or_raise({"id": made.id}, {"owner": True})
    assert_type(gone, Community)
    assert gone == changed
    for asked in (
        database.community.update_or_raise(where={"id": made.id}, data={"name": "x"}),
        database.community.update_or_raise(where={"id": made.id}, data={}),
        database.community.delete_or_raise(where={"id": made.id}),
    ):
        with pytest.raises(RecordNotFoundError) as caught:
            await asked
        assert getattr(caught.value, "code", None) == "P2025"
    assert await database.community.update(where={"id": made.id}, data={"name": "x"}) is None
    assert await database.community.delete(where={"id": made.id}) is None


@pytest.mark.parametrize(
    "owner",
    [
        {"connect": {"id": NOBODY}},
        {"update": {"bio": "x"}},
        {"delete": True},
    ],
)
async def test_a_related_record_that_is_not_there(database: DatabaseService, owner: Any) -> None:
    """It is an error of every action that changes, and the rest of the change is not kept."""
    made = await database.community.create({"name": "Engines"})
    change: Any = {"data": {"name": "Looms", "owner": owner}, "where": {"id": made.id}}
    new: Any = {"name": "New", "owner": {"connect": {"id": NOBODY}}}
    for act in (database.community.update, database.community.update_or_raise):
        with pytest.raises(DataError) as caught:
            await act(**change)
        assert caught.value.code == "P2025"
    upsert: Any = {"create": new, "update": change["data"]}
    with pytest.raises(DataError):
        await database.community.upsert(where={"id": made.id}, data=upsert)
    with pytest.raises(RecordNotFoundError):
        await database.community.create(new)
    assert [each.name for each in await database.community.find_many()] == ["Engines"]
