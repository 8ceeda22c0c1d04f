"""Direct messages: groups and their members, posting, pages, unread counts."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, tzinfo

import pytest
from prisma.models import Message, User

from containers import ApplicationContainer
from containers.direct_messages import DirectMessageService, GroupService
from containers.errors import InvalidValueError, NotAllowedError, NotFoundError
from database.selections import MessageView
from tests.kraken.features.conftest import Register

NOBODY = "0" * 24
NOON = datetime(2126, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def direct(container: ApplicationContainer) -> DirectMessageService:
    return container.direct_messages.service()


@pytest.fixture
def groups(container: ApplicationContainer) -> GroupService:
    return container.direct_messages.groups()


@pytest.fixture
async def group(groups: GroupService, ada: User, grace: User) -> str:
    """A group of Ada and Grace."""
    return (await groups.create(ada.id, [grace.id])).id


def texts(found: list[MessageView]) -> list[str]:
    return [message.content for message in found]


async def queries(direct: DirectMessageService) -> int:
    """How many queries the store has answered."""
    metrics = await direct.database.get_metrics()
    totals = {counter.key: counter.value for counter in metrics.counters}
    return int(totals["prisma_datasource_queries_total"])


# --- groups ---


async def test_a_group_has_a_name_or_none_and_its_members(
    groups: GroupService, ada: User, grace: User, register: Register
) -> None:
    bob = await register("bob")
    pair = await groups.create(ada.id, [grace.id])
    named = await groups.create(ada.id, [grace.id, bob.id, grace.id, ada.id.upper()], name="Lunch")
    assert (pair.name, named.name) == (None, "Lunch")
    assert [member.username for member in pair.members] == ["ada", "grace"]
    assert [member.username for member in named.members] == ["ada", "grace", "bob"]
    assert pair.last_message is None
    assert [found.id for found in await groups.mine(bob.id)] == [named.id]


async def test_a_group_needs_two_users_that_exist(
    groups: GroupService, ada: User, grace: User
) -> None:
    for alone in ([], [ada.id], [ada.id.upper()]):
        with pytest.raises(InvalidValueError):
            await groups.create(ada.id, alone)
    with pytest.raises(NotFoundError):
        await groups.create(ada.id, [grace.id, NOBODY])
    assert await groups.database.directmessagegroup.count() == 0
    assert await groups.database.directmessagegroupmember.count() == 0


async def test_who_is_blocked_puts_nobody_into_a_group(
    container: ApplicationContainer,
    groups: GroupService,
    ada: User,
    grace: User,
    register: Register,
) -> None:
    bob = await register("bob")
    await container.users.service().block(grace.id, ada.id)
    with pytest.raises(NotAllowedError):
        await groups.create(ada.id, [bob.id, grace.id])
    made = await groups.create(ada.id, [bob.id])
    with pytest.raises(NotAllowedError):
        await groups.add(made.id, ada.id, grace.id)
    await groups.add(made.id, bob.id, grace.id)


async def test_members_add_others_and_leave(
    groups: GroupService,
    direct: DirectMessageService,
    group: str,
    ada: User,
    grace: User,
    register: Register,
) -> None:
    bob = await register("bob")
    for stranger, added in ((bob, bob), (bob, ada)):
        with pytest.raises(NotFoundError):
            await groups.add(group, stranger.id, added.id)
    with pytest.raises(NotFoundError):
        await groups.add(group, ada.id, NOBODY)
    await groups.add(group, grace.id, bob.id)
    await groups.add(group, ada.id, bob.id)
    (shown,) = await groups.mine(bob.id)
    assert [member.username for member in shown.members] == ["ada", "grace", "bob"]

    await direct.post(group, ada.id, "hello")
    await groups.leave(group, ada.id)
    with pytest.raises(NotFoundError):
        await groups.leave(group, ada.id)
    assert await groups.mine(ada.id) == []
    assert texts(await direct.page(group, bob.id)) == ["hello"]


async def test_a_group_goes_with_its_last_member_and_no_other_goes(
    groups: GroupService, direct: DirectMessageService, group: str, ada: User, grace: User
) -> None:
    other = await groups.create(ada.id, [grace.id])
    for each in (group, other.id):
        await direct.post(each, ada.id, each)
    await groups.leave(group, ada.id)
    await groups.leave(group, grace.id)
    with pytest.raises(NotFoundError):
        await direct.post(group, ada.id, "x")
    assert [found.id for found in await groups.database.directmessagegroup.find_many()] == [
        other.id
    ]
    assert [found.content for found in await groups.database.message.find_many()] == [other.id]


async def test_groups_are_listed_by_their_last_messages_in_pages(
    container: ApplicationContainer,
    groups: GroupService,
    direct: DirectMessageService,
    ada: User,
    grace: User,
) -> None:
    made = [(await groups.create(ada.id, [grace.id], name=str(n))).id for n in range(4)]
    for number in (2, 0, 3, 1):
        await asyncio.sleep(0.002)
        await direct.post(made[number], ada.id, "first")
        await direct.post(made[number], grace.id, f"last of {number}")
    first = await groups.mine(ada.id, take=3)
    rest = await groups.mine(ada.id, take=3, before=first[-1].id)
    assert [found.name for found in [*first, *rest]] == ["1", "3", "0", "2"]
    await groups.leave(first[-1].id, ada.id)
    left = await groups.mine(ada.id, take=3, before=first[-1].id)
    assert [found.name for found in left] == ["1", "3", "2"]  # it moved to the front as one left
    last = first[0].last_message
    assert last is not None
    assert last.author is not None
    assert (last.content, last.author.username) == ("last of 1", "grace")

    await container.messages.service().delete(last.id)
    (shown,) = await groups.mine(ada.id, take=1)
    assert shown.last_message is not None
    assert shown.last_message.content == "first"
    answer = json.loads(shown.model_dump_json())
    assert answer.keys() == {"id", "name", "updated_at", "members", "last_message"}
    assert "argon2" not in repr(first)


# --- messages ---


async def test_only_members_post_and_read(
    direct: DirectMessageService, group: str, ada: User, register: Register
) -> None:
    bob = await register("bob")
    posted = await direct.post(group, ada.id, "hello", parts=[{"text": "hello"}])
    assert (posted.direct_message_group_id, posted.channel_id) == (group, None)
    assert [part.text for part in posted.parts] == ["hello"]
    assert posted.author is not None
    assert posted.author.username == "ada"
    for place, user in ((group, bob), (NOBODY, ada)):
        with pytest.raises(NotFoundError):
            await direct.post(place, user.id, "x")
        with pytest.raises(NotFoundError):
            await direct.page(place, user.id)
    with pytest.raises(NotFoundError):
        await direct.mark_read(bob.id, posted.id)
    assert await direct.page(group, ada.id) == [posted]


async def test_pages_follow_each_other_also_within_one_millisecond(
    direct: DirectMessageService, group: str, ada: User
) -> None:
    for number in range(10):
        await create(direct, group, ada, str(number))
    read: list[str] = []
    before: str | None = None
    while page := await direct.page(group, ada.id, take=4, before=before):
        read += texts(page)
        before = page[-1].id
    assert read == [str(number) for number in reversed(range(10))]


async def test_a_page_after_a_message_that_was_deleted_meanwhile_misses_none(
    container: ApplicationContainer, direct: DirectMessageService, group: str, ada: User
) -> None:
    posted = [await direct.post(group, ada.id, str(number)) for number in range(4)]
    await container.messages.service().delete(posted[2].id)
    assert texts(await direct.page(group, ada.id, before=posted[2].id)) == ["1", "0"]


async def create(direct: DirectMessageService, group: str, author: User, text: str) -> Message:
    """A message of one given moment."""
    return await direct.database.message.create(
        data={
            "directMessageGroupId": group,
            "authorId": author.id,
            "content": text,
            "sentAt": NOON,
        }
    )


# --- what is unread ---


async def test_unread_counts_what_others_sent_after_the_mark(
    container: ApplicationContainer,
    direct: DirectMessageService,
    group: str,
    ada: User,
    grace: User,
) -> None:
    assert await direct.unread(grace.id) == {group: 0}
    posted = [await direct.post(group, ada.id, str(number)) for number in range(5)]
    await direct.post(group, grace.id, "my own")
    assert await direct.unread(grace.id) == {group: 5}
    assert await direct.unread(ada.id) == {group: 1}
    await direct.mark_read(grace.id, posted[2].id)
    assert await direct.unread(grace.id) == {group: 2}
    await direct.mark_read(grace.id, posted[0].id)
    assert await direct.unread(grace.id) == {group: 2}
    await container.messages.service().delete(posted[4].id)
    assert await direct.unread(grace.id) == {group: 1}


async def test_unread_tells_messages_of_one_millisecond_apart(
    direct: DirectMessageService, group: str, ada: User, grace: User
) -> None:
    await direct.database.directmessagegroupmember.update_many(where={}, data={"joinedAt": NOON})
    first, second, _ = [await create(direct, group, ada, text) for text in "abc"]
    assert await direct.unread(grace.id) == {group: 3}
    await direct.mark_read(grace.id, second.id)
    await direct.mark_read(grace.id, first.id)
    assert await direct.unread(grace.id) == {group: 1}


async def test_what_was_sent_before_one_joined_is_not_unread(
    groups: GroupService,
    direct: DirectMessageService,
    group: str,
    ada: User,
    register: Register,
) -> None:
    bob = await register("bob")
    await direct.post(group, ada.id, "before")
    await asyncio.sleep(0.002)
    await groups.add(group, ada.id, bob.id)
    await direct.post(group, ada.id, "after")
    assert await direct.unread(bob.id) == {group: 1}
    assert texts(await direct.page(group, bob.id)) == ["after", "before"]


async def test_a_message_of_a_channel_or_of_nobody_marks_no_group(
    container: ApplicationContainer,
    direct: DirectMessageService,
    group: str,
    ada: User,
    channel_id: str,
) -> None:
    message = await container.messages.service().post(channel_id, ada.id, "hello")
    for wrong in (message.id, NOBODY):
        with pytest.raises(NotFoundError):
            await direct.mark_read(ada.id, wrong)
    assert await direct.unread(ada.id) == {group: 0}


async def test_the_number_of_queries_does_not_depend_on_the_number_of_groups(
    groups: GroupService,
    direct: DirectMessageService,
    ada: User,
    grace: User,
    register: Register,
) -> None:
    asked: list[tuple[int, int]] = []
    counts: dict[str, int] = {}
    bob = await register("bob")
    for count in (1, 12):
        while len(counts) < count:
            made = await groups.create(ada.id, [grace.id, bob.id])
            for number in range(len(counts) % 3 + 1):
                message = await direct.post(made.id, grace.id, str(number))
            if len(counts) % 2:
                await direct.mark_read(ada.id, message.id)
            counts[made.id] = 0 if len(counts) % 2 else len(counts) % 3 + 1
        before = await queries(direct)
        assert await direct.unread(ada.id) == counts
        between = await queries(direct)
        assert len(await groups.mine(ada.id)) == count
        asked.append((between - before, await queries(direct) - between))
    assert asked[0] == asked[1]
    assert asked[0][0] == 2
    assert await direct.unread(NOBODY) == {}


# --- at one moment ---


async def test_marks_only_go_forward_however_they_race(
    direct: DirectMessageService, group: str, ada: User, grace: User
) -> None:
    posted = [await direct.post(group, ada.id, str(number)) for number in range(8)]
    await asyncio.gather(*(direct.mark_read(grace.id, message.id) for message in posted))
    assert await direct.unread(grace.id) == {group: 0}


async def test_messages_of_one_moment_are_all_posted(
    direct: DirectMessageService, group: str, ada: User, grace: User
) -> None:
    posted = await asyncio.gather(
        *(direct.post(group, user.id, str(n)) for n in range(10) for user in (ada, grace))
    )
    page = await direct.page(group, ada.id)
    assert {message.id for message in page} == {message.id for message in posted}
    assert await direct.unread(ada.id) == {group: 10}


async def test_a_user_that_many_add_at_one_moment_is_a_member_once(
    groups: GroupService, group: str, ada: User, grace: User, register: Register
) -> None:
    bob = await register("bob")
    await asyncio.gather(
        *(groups.add(group, user.id, bob.id) for _ in range(4) for user in (ada, grace))
    )
    assert await groups.database.directmessagegroupmember.count(where={"groupId": group}) == 3


async def test_who_leaves_in_the_millisecond_of_the_last_change_leaves_nothing_behind(
    groups: GroupService, ada: User, grace: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now

    monkeypatch.setattr("containers.direct_messages.groups.datetime", Clock)
    group = (await groups.create(ada.id, [grace.id])).id
    await groups.database.directmessagegroup.update(where={"id": group}, data={"updatedAt": now})
    await asyncio.gather(groups.leave(group, ada.id), groups.leave(group, grace.id))
    assert await groups.database.directmessagegroup.count() == 0
    assert await groups.database.directmessagegroupmember.count() == 0


async def test_who_leaves_at_one_moment_leaves_nothing_behind(
    groups: GroupService,
    direct: DirectMessageService,
    ada: User,
    grace: User,
    register: Register,
) -> None:
    bob = await register("bob")
    for _ in range(5):
        group = (await groups.create(ada.id, [grace.id])).id
        results = await asyncio.gather(
            groups.leave(group, ada.id),
            groups.leave(group, grace.id),
            groups.leave(group, grace.id),
            groups.add(group, ada.id, bob.id),
            direct.post(group, ada.id, "x"),
            direct.post(group, grace.id, "x"),
            return_exceptions=True,
        )
        wrong = [
            each
            for each in results
            if isinstance(each, BaseException) and not isinstance(each, NotFoundError)
        ]
        assert wrong == []
        if not isinstance(results[3], NotFoundError):  # it was first
            assert [found.id for found in await groups.mine(bob.id)] == [group]
            await groups.leave(group, bob.id)
        assert await groups.mine(bob.id) == []
    assert await groups.database.directmessagegroup.count() == 0
    assert await groups.database.directmessagegroupmember.count() == 0
    assert await groups.database.message.count() == 0
