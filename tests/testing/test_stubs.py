"""Stubs of the fake: answers in the place of an action."""

from __future__ import annotations

import pytest
from prisma.models import User
from pydantic import ValidationError

from database import DatabaseService
from prismongo.testing import fake
from tests.records import user


@pytest.fixture
def database() -> DatabaseService:
    return fake(DatabaseService)


async def test_a_stub_answers_in_an_actions_place(database: DatabaseService, ada: User) -> None:
    database.fake.stub("user.count", 7)
    database.fake.stub("user.find_unique", None)
    database.fake.stub("user.find_first", ada)
    database.fake.stub("user.find_many", [ada, {**ada.model_dump(), **user("other")}])
    database.fake.stub("user.update_many", 3)
    database.fake.stub("user.group_by", [{"bio": None, "_count": {"_all": 1}}])
    assert await database.user.count() == 7
    assert await database.user.find_unique({"id": ada.id}) is None
    assert await database.user.find_first(where={"username": "nobody"}) is ada
    assert [each.username for each in await database.user.find_many()] == ["ada", "other"]
    assert await database.user.update_many(where={}, data={}) == 3
    groups: object = await database.user.group_by(by=["bio"], count=True)
    assert groups == [{"bio": None, "_count": {"_all": 1}}]
    database.fake.forget()
    assert await database.user.count() == 1


async def test_a_stubs_mapping_may_lack_what_answers_omit(
    database: DatabaseService, ada: User
) -> None:
    shown = ada.model_dump()
    assert "hashedPassword" not in shown
    database.fake.stub("user.find_first", shown)
    found = await database.user.find_first()
    assert found is not None
    assert (type(found), found.model_dump()) == (User, shown)
    with pytest.raises(AttributeError, match=r"User\.hashedPassword was not selected"):
        _ = found.hashedPassword
    del shown["username"]
    with pytest.raises(ValidationError, match="username"):
        await database.user.find_first()


async def test_a_stub_may_look_at_the_call(database: DatabaseService) -> None:
    database.fake.stub("user.count", lambda call: len(call.arguments["where"]))
    assert await database.user.count(where={"username": "a", "bio": "b"}) == 2


async def test_the_youngest_stub_counts_as_often_as_it_is_told(database: DatabaseService) -> None:
    database.fake.stub("user.count", 1)
    database.fake.stub("user.count", 2, times=1)
    assert [await database.user.count() for _ in range(3)] == [2, 1, 1]


async def test_stubs_and_writes_in_one_batch(database: DatabaseService) -> None:
    database.fake.stub("user.update_many", 5)
    async with database.batch_() as batch:
        batch.user.create(user("ada"))
        batch.user.update_many(where={}, data={"bio": "x"})
        batch.user.create(user("grace"))
    ada, many, grace = batch.results
    assert (ada.username, many, grace.username) == ("ada", 5, "grace")
    assert {row["username"] for row in database.fake.documents("User")} == {"ada", "grace"}
