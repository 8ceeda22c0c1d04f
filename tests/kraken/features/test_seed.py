"""The seed: a believable instance, the same each time, on both stores."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from prisma.enums import FriendshipStatus, NotificationType, Permission

from containers import ApplicationContainer
from database import DatabaseService
from database.sample import PASSWORD, Instance, make_instance
from database.sample.people import add_users
from database.sample.places import add_communities
from database.sample.rows import Chance
from database.seed import seed
from prismongo.errors import ConfigurationError
from tests.project import TOP

SIZE, NUMBER = 300, 7

Documents = dict[str, list[dict[str, Any]]]


@pytest.fixture
def database(container: ApplicationContainer) -> DatabaseService:
    """The application's database, empty."""
    return container.database.service()


@pytest.fixture
async def seeded(database: DatabaseService) -> DatabaseService:
    """The database with the instance."""
    await seed(database, size=SIZE, number=NUMBER)
    return database


def tables(database: DatabaseService) -> dict[str, Any]:
    """The actions of the models that the instance has records of, by its names of them."""
    return {
        "users": database.user,
        "friendships": database.friendship,
        "communities": database.community,
        "memberships": database.membership,
        "roles": database.role,
        "user_roles": database.userrole,
        "channels": database.channel,
        "groups": database.directmessagegroup,
        "group_members": database.directmessagegroupmember,
        "messages": database.message,
        "receipts": database.readreceipt,
        "notifications": database.notification,
    }


async def stored(database: DatabaseService) -> Documents:
    """All records, with what is omitted by default."""
    documents: Documents = {}
    for name, table in tables(database).items():
        omit = {"hashedPassword": False} if name == "users" else None
        records = await table.find_many(order={"id": "asc"}, omit=omit)
        documents[name] = [record.model_dump() for record in records]
    return documents


def rows(instance: Instance) -> dict[str, int]:
    """How many rows of each model an instance has."""
    return {name: len(getattr(instance, name)) for name in Instance.__slots__}


async def test_every_row_is_stored_and_the_messages_are_as_many_as_asked_for(
    seeded: DatabaseService,
) -> None:
    documents = await stored(seeded)
    assert {name: len(found) for name, found in documents.items()} == rows(
        make_instance(SIZE, NUMBER)
    )
    assert len(documents["messages"]) == SIZE
    assert min(map(len, documents.values())) > 0


async def test_it_is_the_same_each_time(seeded: DatabaseService) -> None:
    first = await stored(seeded)
    for table in tables(seeded).values():
        await table.delete_many()
    assert await seeded.message.count() == 0
    await seed(seeded, size=SIZE, number=NUMBER)
    assert await stored(seeded) == first


async def test_a_second_run_adds_nothing(seeded: DatabaseService) -> None:
    first = await stored(seeded)
    told = await seed(seeded, size=SIZE, number=NUMBER)
    assert told == "Nothing was added: the instance is there already."
    assert await stored(seeded) == first


async def test_a_run_that_was_broken_off_is_finished_by_the_next_one(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.seed.PORTION", 100)

    def break_off(title: str, done: int, total: int) -> None:
        if (title, done) == ("messages", 100):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seed(database, size=SIZE, number=NUMBER, progress=break_off)
    assert await database.message.count() == 100

    await seed(database, size=SIZE, number=NUMBER)
    finished = await stored(database)
    made = make_instance(SIZE, NUMBER)
    assert {name: len(found) for name, found in finished.items()} == rows(made)
    assert {each["id"] for each in finished["messages"]} == {each["id"] for each in made.messages}


async def test_progress_is_told_of_every_portion(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.seed.PORTION", 100)
    told: list[tuple[str, int, int]] = []
    await seed(database, size=250, number=1, progress=lambda *each: told.append(each))
    assert [each for each in told if each[0] == "messages"] == [
        ("messages", 100, 250),
        ("messages", 200, 250),
        ("messages", 250, 250),
    ]


@pytest.mark.parametrize(("size", "number"), [(SIZE, NUMBER + 1), (SIZE + 1, NUMBER)])
async def test_another_instance_is_refused_before_it_is_written(
    seeded: DatabaseService, size: int, number: int
) -> None:
    first = await stored(seeded)
    with pytest.raises(ConfigurationError, match="has the instance seed-7-300"):
        await seed(seeded, size=size, number=number)
    assert await stored(seeded) == first


async def test_reply_counts_are_exact(seeded: DatabaseService) -> None:
    messages = {each.id: each for each in await seeded.message.find_many()}
    replies = Counter[str]()
    for each in messages.values():
        if each.parentMessageId is None:
            continue
        parent = messages[each.parentMessageId]
        assert parent.parentMessageId is None
        assert (parent.channelId, parent.directMessageGroupId) == (
            each.channelId,
            each.directMessageGroupId,
        )
        assert parent.sentAt < each.sentAt
        if not each.isDeleted:
            replies[parent.id] += 1
    assert replies.total() > 0
    assert {id: each.replyCount for id, each in messages.items() if each.replyCount} == replies


async def test_only_members_write_react_and_are_mentioned(seeded: DatabaseService) -> None:
    members: dict[str | None, set[str]] = {}
    for channel in await seeded.channel.find_many(
        include={"community": {"include": {"memberships": True}}}
    ):
        assert channel.community is not None
        members[channel.id] = {each.userId for each in channel.community.memberships or ()}
        assert members[channel.id] == set(channel.community.userIds)
    for group in await seeded.directmessagegroup.find_many(include={"members": True}):
        members[group.id] = {each.userId for each in group.members or ()}
    reactions = 0
    for each in await seeded.message.find_many():
        there = members[each.channelId or each.directMessageGroupId]
        assert {each.authorId, *each.mentionedUserIds} <= there
        assert len({entry.emoji for entry in each.reactions}) == len(each.reactions)
        for entry in each.reactions:
            assert entry.userIds
            assert len(set(entry.userIds)) == len(entry.userIds)
            assert set(entry.userIds) <= there
            reactions += 1
    assert reactions > 0


async def test_services_work_on_it(
    container: ApplicationContainer, seeded: DatabaseService
) -> None:
    user = await seeded.user.find_first_or_raise(
        where={"ownedCommunities": {"some": {}}}, omit={"hashedPassword": False}
    )
    assert user.hashedPassword is not None
    assert await container.auth.passwords().verify(user.hashedPassword, PASSWORD)
    communities = await container.communities.service().mine(user.id)
    assert {each.name for each in communities} == set(
        (await container.users.service().profile(user.id)).communities
    )
    owned = await seeded.community.find_first_or_raise(
        where={"ownerId": user.id}, include={"channels": True}
    )
    assert await container.communities.service().permissions(owned.id, user.id) == set(Permission)
    channels = [channel.id for channel in owned.channels or ()]
    assert len(await container.messages.service().page(channels[0], take=5)) == 5


async def test_some_messages_are_unread_and_some_channels_are_read(
    container: ApplicationContainer, seeded: DatabaseService
) -> None:
    unread = [
        (await container.messages.reading().unread(each.userId, [each.channelId]))[each.channelId]
        for each in await seeded.readreceipt.find_many()
    ]
    assert max(unread) > 0
    assert min(unread) == 0


async def test_each_mention_and_request_has_one_notification(seeded: DatabaseService) -> None:
    mentions = [
        (each.id, user_id)
        for each in await seeded.message.find_many(where={"isDeleted": False})
        for user_id in each.mentionedUserIds
    ]
    told = await seeded.notification.find_many(where={"type": NotificationType.MENTION})
    assert sorted((str(each.messageId), each.userId) for each in told) == sorted(mentions)
    asked = await seeded.notification.count(where={"type": NotificationType.FRIEND_REQUEST})
    assert asked == await seeded.friendship.count(where={"status": FriendshipStatus.PENDING})


@pytest.mark.parametrize("size", [1, 2, 13])
async def test_a_few_messages_are_enough(database: DatabaseService, size: int) -> None:
    await seed(database, size=size, number=1)
    assert await database.message.count() == size


DIGEST = """
from hashlib import sha256
from database.sample import make_instance
print(sha256(repr(make_instance(400, 1)).encode()).hexdigest())
"""


def test_every_process_makes_the_same() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=TOP,
            env={**os.environ, "PYTHONHASHSEED": number},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(digests) == 1


def test_names_are_unique_where_there_are_more_users_than_names() -> None:
    instance, chance = Instance(), Chance(1)
    add_users(instance, chance, 3_000, "instance")
    add_communities(instance, chance, 30)
    assert len({user["username"] for user in instance.users}) == 3_000
    assert len({each["name"] for each in instance.communities}) == 30
