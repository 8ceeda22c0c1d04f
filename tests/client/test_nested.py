"""Nested writes of the generated client: in creates and updates, keys as values or by `connect`."""

from __future__ import annotations

from typing import Any

import pytest
from prisma.errors import DataError, RecordNotFoundError
from prisma.models import Channel, Community
from prisma.types import ChannelUpdateManyWithoutRelationsInput

from database import DatabaseService
from tests.records import NOBODY, user, wrong


async def engines(database: DatabaseService) -> Community:
    """A community with two channels; in the first there are two messages of Ada's."""
    ada = await database.user.create(user("ada"))
    return await database.community.create(
        {
            "name": "Engines",
            "ownerId": ada.id,
            "channels": {
                "create": [
                    {
                        "name": "general",
                        "messages": {
                            "create": [
                                {"content": "a", "authorId": ada.id},
                                {"content": "b", "author": {"connect": {"username": "ada"}}},
                            ]
                        },
                    },
                    {"name": "random", "topic": "x"},
                ]
            },
        },
        include={"channels": {"order_by": {"name": "asc"}}},
    )


async def channels(database: DatabaseService) -> list[tuple[str, str | None]]:
    found = await database.channel.find_many(order={"name": "asc"})
    return [(each.name, each.topic) for each in found]


async def test_keys_as_values_and_by_connect_in_creates(database: DatabaseService) -> None:
    made = await engines(database)
    found = await database.message.find_many(
        include={"author": True, "channel": True}, order={"content": "asc"}
    )
    assert [each.content for each in found] == ["a", "b"]
    assert {each.author and each.author.username for each in found} == {"ada"}
    assert {each.channel and each.channel.communityId for each in found} == {made.id}


async def test_keys_as_values_and_by_connect_in_updates(database: DatabaseService) -> None:
    made = await engines(database)
    grace = await database.user.create(user("grace"))
    general, other = made.channels or []
    first, second = await database.message.find_many(order={"content": "asc"})
    await database.community.update(
        where={"id": made.id},
        data={
            "owner": {"connect": {"id": grace.id}},
            "channels": {
                "update": {
                    "where": {"id": general.id},
                    "data": {
                        "messages": {
                            "update": [
                                {"where": {"id": first.id}, "data": {"authorId": grace.id}},
                                {
                                    "where": {"id": second.id},
                                    "data": {
                                        "author": {"connect": {"username": "grace"}},
                                        "pinnedBy": {"create": user("alan")},
                                    },
                                },
                            ],
                            "create": {"content": "c", "author": {"connect": {"id": grace.id}}},
                            "connect_or_create": {
                                "where": {"id": NOBODY},
                                "create": {"id": NOBODY, "content": "d", "authorId": grace.id},
                            },
                        }
                    },
                }
            },
        },
    )
    found = await database.message.find_many(
        where={"channelId": general.id},
        include={"author": True, "pinnedBy": True},
        order={"content": "asc"},
    )
    assert [each.content for each in found] == ["a", "b", "c", "d"]
    assert {each.author and each.author.username for each in found} == {"grace"}
    assert [each.pinnedBy and each.pinnedBy.username for each in found] == [
        None,
        "alan",
        None,
        None,
    ]
    moved = await database.message.update_or_raise(
        where={"id": first.id}, data={"channelId": other.id, "authorId": None}
    )
    assert (moved.channelId, moved.authorId) == (other.id, None)
    back = await database.message.update_or_raise(
        where={"id": first.id},
        data={"channel": {"connect": {"id": general.id}}, "author": {"disconnect": True}},
        include={"channel": True},
    )
    assert isinstance(back.channel, Channel)
    assert back.channel.name == "general"


async def test_a_key_and_its_relation_do_not_stand_together(database: DatabaseService) -> None:
    made = await engines(database)
    both: Any = {"ownerId": NOBODY, "owner": {"connect": {"username": "ada"}}}
    nested: Any = {"communities": {"create": {"name": "x", **both}}}
    for asked in (
        database.community.create(wrong({"name": "x", **both})),
        database.community.update(both, {"id": made.id}),
        database.user.update(nested, {"username": "ada"}),
    ):
        with pytest.raises(DataError, match="`ownerId` cannot stand beside `owner`") as caught:
            await asked
        assert caught.value.code == "P2009"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"create_many": {"data": [{"name": "x"}, {"name": "y", "topic": "z"}]}}, 4),
        ({"update_many": {"where": {"topic": "x"}, "data": {"topic": None}}}, 2),
        ({"update_many": [{"where": {}, "data": {"position": {"increment": 1}}}]}, 2),
        ({"delete_many": {"name": "general"}}, 1),
        ({"delete_many": [{"topic": "x"}, {"name": "general"}]}, 0),
        ({"delete_many": {}}, 0),
        ({"createMany": {"data": [{"name": "x"}]}}, 3),
        ({"updateMany": {"where": {}, "data": {"topic": "y"}}}, 2),
        ({"deleteMany": {"topic": "x"}}, 1),
    ],
)
async def test_many_at_once(
    database: DatabaseService, change: ChannelUpdateManyWithoutRelationsInput, expected: int
) -> None:
    """Those of other communities stay as they are."""
    made = await engines(database)
    other = await database.community.create(
        {"name": "Looms", "channels": {"create": {"name": "general", "topic": "x"}}},
        include={"channels": True},
    )
    changed = await database.community.update(
        where={"id": made.id}, data={"channels": change}, include={"channels": True}
    )
    assert changed is not None
    assert len(changed.channels or []) == expected
    assert await database.channel.find_many(where={"communityId": other.id}) == other.channels


async def test_upsert(database: DatabaseService) -> None:
    made = await engines(database)
    for topic in ("new", "old"):
        ids = {each.name: each.id for each in await database.channel.find_many()}
        await database.community.update(
            where={"id": made.id},
            data={
                "channels": {
                    "upsert": {
                        "where": {"id": ids.get("upserted", NOBODY)},
                        "create": {"name": "upserted", "topic": "new"},
                        "update": {"topic": "old"},
                    }
                }
            },
        )
        assert ("upserted", topic) in await channels(database)
    assert len(await channels(database)) == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"update": {"where": {"id": NOBODY}, "data": {"name": "x"}}}, "P2025"),
        ({"connect": {"id": NOBODY}}, "P2025"),
        ({"delete": {"id": NOBODY}}, "P2025"),
    ],
)
async def test_a_record_that_is_not_there(
    database: DatabaseService, change: ChannelUpdateManyWithoutRelationsInput, code: str
) -> None:
    """The codes are Prisma's; nothing of the update is kept, and it does not answer None."""
    made = await engines(database)
    before = await channels(database)
    for act in (database.community.update, database.community.update_or_raise):
        with pytest.raises(DataError) as caught:
            await act(where={"id": made.id}, data={"name": "x", "channels": change})
        assert caught.value.code == code
    assert await channels(database) == before
    found = await database.community.find_unique({"id": made.id})
    assert found is not None
    assert found.name == "Engines"


async def test_a_record_of_another_is_not_its_own(database: DatabaseService) -> None:
    made = await engines(database)
    other = await database.community.create({"name": "Looms"})
    (general, _) = made.channels or []
    change = {"update": {"where": {"id": general.id}, "data": {"name": "x"}}}
    with pytest.raises(RecordNotFoundError):
        await database.community.update(where={"id": other.id}, data={"channels": wrong(change)})
    assert ("general", None) in await channels(database)
