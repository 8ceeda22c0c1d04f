"""`batch_()`: all or nothing, in order, and with results."""

# ruff: noqa: PT012 - an error is raised through the batch that it ends

from __future__ import annotations

from typing import Any, cast

import pytest
from prisma.errors import (
    RecordNotFoundError,
    UniqueViolationError,
    UnknownRelationalFieldError,
    UnsupportedDatabaseError,
)
from prisma.models import Community, User

from database import DatabaseService
from tests.records import NOBODY, user


async def test_nothing_is_sent_before_commit(database: DatabaseService) -> None:
    batch = database.batch_()
    batch.user.create(user("ada"))
    batch.user.create(user("grace"))
    assert await database.user.count() == 0
    await batch.commit()
    assert await database.user.count() == 2


async def test_results_come_back_in_order(database: DatabaseService) -> None:
    old = await database.user.create(user("old"))
    async with database.batch_() as batch:
        batch.user.create(user("ada"))
        batch.user.create_many([user("x1"), user("x2")])
        batch.user.update(where={"id": old.id}, data={"bio": "changed"})
        batch.user.update_many(where={"username": {"startswith": "x"}}, data={"bio": "x"})
        batch.user.upsert(
            where={"id": NOBODY},
            data={"create": {**user("new"), "id": NOBODY}, "update": {}},
        )
        batch.community.create({"name": "Engines"})
        batch.user.delete(where={"id": old.id})
        batch.user.delete_many(where={"username": {"startswith": "x"}})
    ada, created, changed, updated, new, community, deleted, gone = batch.results
    assert isinstance(ada, User)
    assert ada.username == "ada"
    assert (created, updated, gone) == (2, 2, 2)
    assert (changed.id, changed.bio) == (old.id, "changed")
    assert (new.id, new.username) == (NOBODY, "new")
    assert isinstance(community, Community)
    assert deleted == changed
    assert {item.username for item in await database.user.find_many()} == {"ada", "new"}


async def test_later_writes_see_earlier_ones(database: DatabaseService) -> None:
    async with database.batch_() as batch:
        batch.user.create({**user("ada"), "id": NOBODY})
        batch.community.create({"name": "Engines", "owner": {"connect": {"id": NOBODY}}})
        batch.user.delete_many(where={"username": "grace"})
    found = await database.community.find_first(include={"owner": True})
    assert found is not None
    assert found.owner is not None
    assert found.owner.username == "ada"


@pytest.mark.usefixtures("indexes")
async def test_an_error_keeps_nothing(database: DatabaseService) -> None:
    with pytest.raises(UniqueViolationError, match="Unique constraint failed"):
        async with database.batch_() as batch:
            batch.user.create(user("ada"))
            batch.user.create(user("ada"))
    assert await database.user.count() == 0
    assert batch.results == []
    with pytest.raises(RecordNotFoundError):
        async with database.batch_() as batch:
            batch.user.create(user("ada"))
            batch.user.delete(where={"id": NOBODY})
    assert await database.user.count() == 0


async def test_an_error_of_the_caller_sends_nothing(database: DatabaseService) -> None:
    with pytest.raises(RuntimeError):
        async with database.batch_() as batch:
            batch.user.create(user("ada"))
            raise RuntimeError
    assert await database.user.count() == 0


async def test_a_batch_may_be_used_again_and_sends_nothing_twice(
    database: DatabaseService,
) -> None:
    batch = database.batch_()
    batch.user.create(user("ada"))
    assert len(await batch.commit()) == 1
    batch.user.create(user("grace"))
    assert [item.username for item in await batch.commit()] == ["grace"]
    assert await batch.commit() == []
    assert await database.user.count() == 2


async def test_an_empty_batch_is_nothing(database: DatabaseService) -> None:
    async with database.batch_() as batch:
        pass
    assert batch.results == []


async def test_a_write_is_taken_as_it_was_when_it_was_added(database: DatabaseService) -> None:
    data: Any = {**user("ada"), "communityIds": []}
    async with database.batch_() as batch:
        for name in ("ada", "grace"):
            data["username"] = name
            batch.user.create(data)
        data.clear()
    assert [item.username for item in batch.results] == ["ada", "grace"]


async def test_an_unknown_include_is_said_when_it_is_added(database: DatabaseService) -> None:
    batch = database.batch_()
    with pytest.raises(UnknownRelationalFieldError):
        batch.user.create(user("ada"), include=cast(Any, {"nobody": True}))
    assert await batch.commit() == []


async def test_skip_duplicates_is_not_for_mongodb(database: DatabaseService) -> None:
    with pytest.raises(UnsupportedDatabaseError, match="mongodb"):
        async with database.batch_() as batch:
            batch.user.create_many([], skip_duplicates=True)
    with pytest.raises(UnsupportedDatabaseError, match="mongodb"):
        await database.user.create_many([], skip_duplicates=True)


async def test_in_a_transaction_it_is_part_of_that(database: DatabaseService) -> None:
    async with database.tx() as tx:
        async with tx.batch_() as batch:
            batch.user.create(user("ada"))
            batch.user.create(user("grace"))
        assert [item.username for item in batch.results] == ["ada", "grace"]
        assert await database.user.count() == 0
        assert await tx.user.count() == 2
    assert await database.user.count() == 2

    with pytest.raises(RuntimeError):
        async with database.tx() as tx:
            async with tx.batch_() as batch:
                batch.user.delete_many()
            raise RuntimeError
    assert await database.user.count() == 2


async def test_a_thousand_writes(database: DatabaseService) -> None:
    async with database.batch_() as batch:
        for number in range(1000):
            batch.user.create(user(f"user {number}"))
    assert len(batch.results) == 1000
    assert await database.user.count() == 1000
