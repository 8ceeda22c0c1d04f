"""Writes that are made again with other values: everywhere that writes are, on both stores."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from prisma.errors import PrismaError, RecordNotFoundError, UniqueViolationError

from database import DatabaseService
from tests.client.test_known_calls import WAYS, alone, in_a_view
from tests.records import NOBODY, three, user, wrong

NAMES: Final = ("a", "b", "c", "d", "e")
MOMENT: Final = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
async def test_each_write_has_its_own_values(database: DatabaseService, way: Any) -> None:
    async with way(database) as db:
        made = [await db.user.create({**user(name), "storageQuota": len(name)}) for name in NAMES]
        assert [each.username for each in made] == list(NAMES)
        assert len({each.id for each in made}) == len(NAMES)
        for number, each in enumerate(made):
            data = {"bio": None if number == 3 else f"I am {number}", "lastSeenAt": MOMENT}
            changed = await db.user.update(data, where={"id": each.id})
            assert changed.updatedAt >= each.updatedAt
            wanted = each.model_copy(update={**data, "updatedAt": changed.updatedAt})
            assert changed == wanted
            assert await db.user.find_unique({"id": each.id}) == wanted
            assert await db.user.update(data, where={"username": "nobody"}) is None
        [first, *others] = made
        marks = [
            await db.userblock.create({"blockerId": first.id, "blockedId": other.id})
            for other in others
        ]
        for mark in marks:
            assert await db.userblock.delete({"id": mark.id}) == mark
            assert await db.userblock.delete({"id": mark.id}) is None
            assert await db.userblock.count(where={"blockerId": first.id}) == len(marks) - 1
            marks = marks[1:]


@pytest.mark.usefixtures("indexes")
@pytest.mark.parametrize("way", [alone, in_a_view], ids=["alone", "in_a_view"])
async def test_what_is_taken_or_missing_is_said_each_time(
    database: DatabaseService, way: Any
) -> None:
    async with way(database) as db:
        [ada, *_] = await three(db)
        for number in range(4):
            with pytest.raises(UniqueViolationError) as taken:
                await db.user.create(user("ada"))
            assert taken.value.code == "P2002"
            with pytest.raises(UniqueViolationError):
                await db.user.update({"username": "alan"}, where={"id": ada.id})
            with pytest.raises(RecordNotFoundError, match="Record to update not found"):
                await db.user.update_or_raise({"bio": "x"}, where={"id": NOBODY})
            with pytest.raises(RecordNotFoundError, match="Record to delete does not exist"):
                await db.userblock.delete_or_raise({"id": NOBODY})
            await db.user.create(user(f"new{number}"))
            assert await db.user.update({"bio": "x"}, where={"id": ada.id}) is not None


@pytest.mark.parametrize(
    "data",
    [{"bio": 1}, {"username": None}, {"id": NOBODY}, {"nothing": 1}, {"role": "KING"}, None, 1],
    ids=repr,
)
async def test_wrong_data_is_refused_each_time(database: DatabaseService, data: Any) -> None:
    [ada, *_] = await three(database)

    async def refusals() -> list[Any]:
        found: list[Any] = []
        new = {**user("x"), **data} if isinstance(data, dict) else data
        for asked in (
            database.user.create(wrong(new)),
            database.user.update(wrong(data), where={"id": ada.id}),
        ):
            try:
                answer = await asked
            except (PrismaError, TypeError) as error:
                found.append((type(error), str(error)))
            else:
                found.append(answer if answer is None else answer.username)
                if answer is not None and answer.username == "x":
                    await database.user.delete({"id": answer.id})
        return found

    first = await refusals()
    for number in range(4):
        made = await database.user.create(user(f"new{number}"))
        assert await database.user.update({"bio": "x"}, where={"id": made.id}) is not None
        assert await refusals() == first


async def test_related_records_are_written_between_them(database: DatabaseService) -> None:
    [ada, *_] = await three(database)
    for number in range(4):
        name = f"c{number}"
        plain = await database.community.create({"name": name, "ownerId": ada.id})
        nested = await database.community.create(
            {"name": f"n{number}", "owner": {"connect": {"id": ada.id}}}
        )
        assert (plain.ownerId, nested.ownerId) == (ada.id, ada.id)
        changed = await database.community.update({"name": name + "!"}, where={"id": plain.id})
        assert changed is not None
        assert changed.name == name + "!"
        changed = await database.community.update(
            {"owner": {"update": {"bio": name}}}, where={"id": plain.id}, include={"owner": True}
        )
        assert changed is not None
        assert changed.owner is not None
        assert changed.owner.bio == name


async def test_the_log_and_the_metrics_are_the_same(
    database: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    users = await three(database)
    before = await database.get_metrics()
    with caplog.at_level(logging.DEBUG, "prismongo.queries"):
        for each in users * 2:
            await database.user.update({"bio": each.username}, where={"id": each.id})
    shown = [(vars(record)["commands"], vars(record)["rows"]) for record in caplog.records]
    assert len(shown) == 6
    assert all(each == shown[0] for each in shown)
    after = await database.get_metrics()
    assert after.counters[0].value - before.counters[0].value == 6
    assert after.gauges[0].value == before.gauges[0].value
