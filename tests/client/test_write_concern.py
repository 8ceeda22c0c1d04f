"""A write concern that is not met: the write is applied, and the error says so."""

# ruff: noqa: PT012 - an error is raised through the block that it ends

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.errors import TransactionExpiredError
from pymongo import WriteConcern

from database import DatabaseService
from prismongo.errors import WriteConcernError
from tests.records import user

UNMET: Final = WriteConcern(w=3, wtimeout=100)
"""Of a replica set with one node."""


@pytest.fixture
def demanding(store: str, database: DatabaseService) -> Any:
    if store == "memory":
        pytest.skip("memory has no members that acknowledge")
    return database.with_options(write_concern=UNMET)


async def test_a_single_write_is_applied(demanding: Any, database: DatabaseService) -> None:
    with pytest.raises(WriteConcernError, match="was applied, but not acknowledged") as caught:
        await demanding.user.create(user("ada"))
    assert caught.value.code == "P2035"
    assert caught.value.meta == {"database_error": "UnsatisfiableWriteConcern"}
    with pytest.raises(WriteConcernError):
        await demanding.user.create_many([user("bob"), user("eve")])
    with pytest.raises(WriteConcernError):
        await demanding.user.update({"bio": "x"}, where={"username": "ada"})
    with pytest.raises(WriteConcernError):
        await demanding.user.update_many({"displayName": "x"}, where={})
    with pytest.raises(WriteConcernError):
        await demanding.user.delete(where={"username": "eve"})
    found = await database.user.find_many(order={"username": "asc"})
    assert [(each.username, each.bio, each.displayName) for each in found] == [
        ("ada", "x", "x"),
        ("bob", None, "x"),
    ]


async def test_a_commit_is_kept_and_its_callbacks_run(
    demanding: Any, database: DatabaseService
) -> None:
    called: list[str] = []
    with pytest.raises(WriteConcernError, match="UnsatisfiableWriteConcern"):
        async with demanding.atomic():
            await database.user.create(user("ada"))
            database.after_commit(lambda: called.append("kept"))
    assert called == ["kept"]
    with pytest.raises(WriteConcernError):
        async with demanding.tx() as tx:
            await tx.user.create(user("bob"))
    assert await database.user.count() == 2
    with pytest.raises(TransactionExpiredError, match="on a committed transaction"):
        await tx.user.count()


async def test_of_portions_those_that_are_applied_are_counted(
    demanding: Any, database: DatabaseService
) -> None:
    with pytest.raises(WriteConcernError, match=r"records are written and stay so\.") as caught:
        await demanding.user.create_many([user(f"u{number}") for number in range(6_000)])
    kept = await database.user.count()
    assert kept > 0
    assert caught.value.meta["kept"] == kept
    assert caught.value.meta["total"] == 6_000
