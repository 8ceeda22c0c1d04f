"""`with_options`: a hundred views at once, half of them cancelled at all moments."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prisma.models import User

from database import DatabaseService
from tests.cancelling import REQUESTS, raced
from tests.client.working_together import LONG, USERNAME
from tests.records import user

# PyMongo leaves the socket to the garbage collector where a task is cancelled that opens one.
pytestmark = [
    pytest.mark.usefixtures("indexes"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


async def names(database: DatabaseService) -> list[str]:
    """The names of all users, sorted."""
    return sorted(each.username for each in await database.user.find_many())


@pytest.mark.parametrize("limit", [None, LONG])
async def test_single_operations(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    """Each reads what it wrote, with the options of its own."""

    async def request(number: int) -> tuple[User, User | None]:
        view = database.with_options(comment=f"request {number}", timeout=limit)
        made = await view.user.create(user(f"user {number:03}"))
        found = view.with_options(hint=USERNAME).user.find_first
        return made, await found(where={"username": made.username})

    result = await raced(request, database._mongo_engine, monkeypatch, steps=2)
    for number, (made, found) in result.answers.items():
        assert made.username == f"user {number:03}"
        assert made == found
    kept = await names(database)
    assert len(kept) == len(set(kept)) <= REQUESTS
    assert {each.username for each, _ in result.answers.values()} <= set(kept)
    read = {f"user {number:03}" for number, passed in result.cancelled.items() if passed > 2}
    unsent = {f"user {number:03}" for number, passed in result.cancelled.items() if not passed}
    assert read <= set(kept)
    assert not unsent & set(kept)


async def test_nested_writes(database: DatabaseService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is kept whole, or not at all."""

    async def request(number: int) -> User:
        view = database.with_options(comment=f"request {number}", timeout=timedelta(seconds=LONG))
        return await view.user.create(
            {**user(f"user {number:03}"), "messages": {"create": [{"content": f"{number:03}"}]}},
            include={"messages": True},
        )

    result = await raced(request, database._mongo_engine, monkeypatch, steps=4)
    for number, made in result.answers.items():
        assert [each.content for each in made.messages or []] == [f"{number:03}"]
    kept = await names(database)
    messages = await database.message.find_many()
    assert kept == sorted(f"user {each.content}" for each in messages)
    assert {made.username for made in result.answers.values()} <= set(kept)
    unsent = {f"user {number:03}" for number, passed in result.cancelled.items() if passed < 2}
    assert not unsent & set(kept)


async def test_blocks(database: DatabaseService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that are cancelled in the commit: each is kept with its callback or without."""
    called: list[str] = []

    async def request(number: int) -> User:
        name = f"user {number:03}"
        view = database.with_options(comment=name, timeout=LONG)
        async with view.atomic(timeout=LONG, max_wait=LONG):
            made = await view.user.create(user(name))
            await view.community.create({"name": name, "ownerId": made.id})
            database.after_commit(lambda: called.append(name))
        return made

    result = await raced(request, database._mongo_engine, monkeypatch, steps=2)
    kept = await names(database)
    assert kept == sorted(each.name for each in await database.community.find_many())
    assert kept == sorted(called)
    assert {made.username for made in result.answers.values()} <= set(kept)
