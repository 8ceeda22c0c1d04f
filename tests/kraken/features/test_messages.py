"""Messages: posting, pages, threads, changes, reactions, pins, unread, search."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from prisma.models import User

from containers import ApplicationContainer
from containers.errors import NotFoundError
from containers.messages import MessageService, ReadingService
from database.selections import MessageView

NOBODY = "0" * 24
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def messages(container: ApplicationContainer) -> MessageService:
    return container.messages.service()


@pytest.fixture
def reading(container: ApplicationContainer) -> ReadingService:
    return container.messages.reading()


def texts(found: list[MessageView]) -> list[str]:
    return [message.content for message in found]


async def test_the_last_page_is_newest_first_with_authors(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    for number in range(7):
        await messages.post(channel_id, (ada if number % 2 else grace).id, str(number))
    page = await messages.page(channel_id, take=3)
    assert texts(page) == ["6", "5", "4"]
    assert [message.author and message.author.username for message in page] == [
        "grace",
        "ada",
        "grace",
    ]


async def test_pages_follow_each_other_also_within_one_millisecond(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    for number in range(10):
        await messages.database.message.create(
            data={
                "channelId": channel_id,
                "authorId": ada.id,
                "content": str(number),
                "sentAt": NOON,
            }
        )
    read: list[str] = []
    before: str | None = None
    while page := await messages.page(channel_id, take=4, before=before):
        read += texts(page)
        before = page[-1].id
    assert read == [str(number) for number in reversed(range(10))]


async def test_edit_is_for_the_author(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "helo")
    edited = await messages.edit(message.id, ada.id, "hello")
    assert (edited.content, edited.edited_at is not None) == ("hello", True)
    assert edited.author
    assert edited.author.id == ada.id
    with pytest.raises(NotFoundError):
        await messages.edit(message.id, grace.id, "mine")


async def test_a_deleted_message_is_shown_to_nobody_and_cannot_change(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "oops")
    await messages.pin(message.id, grace.id)
    with pytest.raises(NotFoundError):
        await messages.delete(message.id, author_id=grace.id)
    await messages.delete(message.id, author_id=ada.id)
    await messages.delete(message.id)
    assert await messages.page(channel_id) == []
    assert await messages.pins(channel_id) == []
    for change in (
        messages.edit(message.id, ada.id, "x"),
        messages.pin(message.id, ada.id),
        messages.react(message.id, ada.id, "+1"),
        messages.post(channel_id, ada.id, "x", reply_to=message.id),
    ):
        with pytest.raises(NotFoundError):
            await change
    stored = await messages.database.message.find_unique_or_raise(where={"id": message.id})
    assert stored.deletedAt is not None


async def test_a_thread_counts_its_replies_and_lists_them_oldest_first(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    root = await messages.post(channel_id, ada.id, "root")
    first = await messages.post(channel_id, ada.id, "first", reply_to=root.id)
    await messages.post(channel_id, ada.id, "second", reply_to=first.id)
    await messages.post(channel_id, ada.id, "third", reply_to=root.id)
    assert texts(await messages.thread(root.id)) == ["first", "second", "third"]
    assert texts(await messages.thread(root.id, take=5, after=first.id)) == ["second", "third"]
    await messages.delete(first.id)
    await messages.delete(first.id)
    stored = await messages.database.message.find_unique_or_raise(where={"id": root.id})
    assert stored.replyCount == 2
    assert stored.lastReplyAt is not None


async def test_a_reply_to_nothing_or_to_another_channel_leaves_nothing(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    root = await messages.post(channel_id, ada.id, "root")
    for channel, target in ((channel_id, NOBODY), (NOBODY, root.id)):
        with pytest.raises(NotFoundError):
            await messages.post(channel, ada.id, "reply", reply_to=target)
    assert await messages.database.message.count() == 1


async def test_reply_counts_are_exact_under_concurrency(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    root = await messages.post(channel_id, ada.id, "root")
    replies = await asyncio.gather(
        *(messages.post(channel_id, ada.id, str(n), reply_to=root.id) for n in range(12))
    )
    twice = [*replies[:4], *replies[:4]]
    await asyncio.gather(
        *(messages.delete(reply.id) for reply in twice),
        *(messages.post(channel_id, ada.id, "more", reply_to=root.id) for _ in range(4)),
    )
    stored = await messages.database.message.find_unique_or_raise(where={"id": root.id})
    assert stored.replyCount == 12
    assert len(await messages.thread(root.id)) == 12


async def test_reactions_count_once_a_user_and_emoji(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "hello")
    await asyncio.gather(*(messages.react(message.id, ada.id, "+1") for _ in range(6)))
    await messages.react(message.id, grace.id, "+1")
    await messages.react(message.id, grace.id, "heart")
    assert list((await messages.reactions(message.id)).items()) == [("+1", 2), ("heart", 1)]
    assert await messages.unreact(message.id, ada.id, "+1")
    assert not await messages.unreact(message.id, ada.id, "+1")
    assert await messages.reactions(message.id) == {"+1": 1, "heart": 1}
    assert await messages.unreact(message.id, grace.id, "+1")
    (shown,) = await messages.page(channel_id)
    assert [(held.emoji, held.user_ids) for held in shown.reactions] == [("heart", [grace.id])]


async def test_300_reactions_of_one_moment(
    messages: MessageService, ada: User, channel_id: str
) -> None:
    message = await messages.post(channel_id, ada.id, "hello")
    people = [str(ObjectId()) for _ in range(100)]
    emojis = ("+1", "heart", "tada")
    await asyncio.gather(
        *(messages.react(message.id, who, emoji) for who in people for emoji in emojis)
    )
    (shown,) = await messages.page(channel_id)
    assert len(shown.reactions) == len(emojis)
    assert all(sorted(held.user_ids) == sorted(people) for held in shown.reactions)
    removed = await asyncio.gather(
        *(messages.unreact(message.id, who, "+1") for who in people),
        *(messages.unreact(message.id, who, "+1") for who in people),
        *(messages.react(message.id, who, "heart") for who in people),
        *(messages.unreact(message.id, who, "tada") for who in people[1:]),
    )
    assert sum(map(bool, removed[:200])) == 100
    assert await messages.reactions(message.id) == {"heart": 100, "tada": 1}


async def test_pins_are_listed_latest_first(
    messages: MessageService, ada: User, grace: User, channel_id: str
) -> None:
    one, two = [await messages.post(channel_id, ada.id, text) for text in ("one", "two")]
    await messages.pin(two.id, grace.id)
    await asyncio.sleep(0.002)
    await messages.pin(one.id, grace.id)
    pins = await messages.pins(channel_id)
    assert texts(pins) == ["one", "two"]
    stored = await messages.database.message.find_unique_or_raise(where={"id": one.id})
    assert stored.pinnedById == grace.id
    await messages.unpin(one.id)
    assert texts(await messages.pins(channel_id)) == ["two"]


async def test_unread_counts_what_others_sent_after_the_receipt(
    messages: MessageService, reading: ReadingService, ada: User, grace: User, channel_id: str
) -> None:
    assert await reading.unread(grace.id, [channel_id, NOBODY]) == {channel_id: 0, NOBODY: 0}
    posted = [await messages.post(channel_id, ada.id, str(number)) for number in range(5)]
    await messages.post(channel_id, grace.id, "my own")
    assert await reading.unread(grace.id, [channel_id]) == {channel_id: 5}
    await reading.mark_read(grace.id, posted[2].id)
    assert await reading.unread(grace.id, [channel_id]) == {channel_id: 2}
    await reading.mark_read(grace.id, posted[0].id)
    assert await reading.unread(grace.id, [channel_id]) == {channel_id: 2}
    await messages.delete(posted[4].id)
    assert await reading.unread(grace.id, [channel_id]) == {channel_id: 1}
    assert await reading.unread(grace.id, []) == {}


async def test_unread_tells_messages_of_one_millisecond_apart(
    messages: MessageService, reading: ReadingService, ada: User, grace: User, channel_id: str
) -> None:
    create = messages.database.message.create
    first, _ = [
        await create(
            data={"channelId": channel_id, "authorId": ada.id, "content": "x", "sentAt": NOON}
        )
        for _ in range(2)
    ]
    await reading.mark_read(grace.id, first.id)
    assert await reading.unread(grace.id, [channel_id]) == {channel_id: 1}


async def test_receipts_only_go_forward_however_they_race(
    messages: MessageService, reading: ReadingService, ada: User, grace: User, channel_id: str
) -> None:
    posted = [await messages.post(channel_id, ada.id, str(number)) for number in range(8)]
    await asyncio.gather(*(reading.mark_read(grace.id, message.id) for message in posted))
    assert await reading.unread(grace.id, [channel_id]) == {channel_id: 0}
    assert await reading.database.readreceipt.count() == 1


async def test_a_page_after_a_message_that_was_deleted_meanwhile_misses_none(
    messages: MessageService, reading: ReadingService, ada: User, channel_id: str
) -> None:
    root = await messages.post(channel_id, ada.id, "note 0")
    posted = [
        await messages.post(channel_id, ada.id, f"note {number}", reply_to=root.id)
        for number in range(1, 6)
    ]
    last = posted[2].id
    await messages.delete(last)
    older = ["note 2", "note 1", "note 0"]
    assert texts(await messages.page(channel_id, before=last)) == older
    assert texts(await reading.search(channel_id, "note", before=last)) == older
    assert texts(await messages.thread(root.id, after=last)) == ["note 4", "note 5"]


async def test_search_finds_words_ignores_case_and_pages(
    messages: MessageService, reading: ReadingService, ada: User, channel_id: str
) -> None:
    for text in ("Alpha", "alphabet", "beta", "the beta of alpha", "ALPHA.", "Alpha, deleted"):
        await messages.post(channel_id, ada.id, text)
    await messages.delete((await messages.page(channel_id, take=1))[0].id)

    async def found(text: str, **page: Any) -> list[str]:
        return texts(await reading.search(channel_id, text, **page))

    assert await found("alpha") == ["ALPHA.", "the beta of alpha", "Alpha"]
    assert await found("alpha beta") == ["ALPHA.", "the beta of alpha", "beta", "Alpha"]
    assert await found("alpha -beta") == ["ALPHA.", "Alpha"]
    assert await found('alpha "beta of"') == ["the beta of alpha"]
    assert await found("a.pha") == []
    assert await found("$where") == []
    first = await reading.search(channel_id, "alpha", take=1)
    assert await found("alpha", take=2, before=first[0].id) == ["the beta of alpha", "Alpha"]


async def test_a_message_outlives_its_author(
    messages: MessageService, grace: User, channel_id: str
) -> None:
    await messages.post(channel_id, grace.id, "still here")
    await messages.database.user.delete(where={"id": grace.id})
    (message,) = await messages.page(channel_id)
    assert (message.content, message.author) == ("still here", None)
    stored = await messages.database.message.find_unique_or_raise(where={"id": message.id})
    assert stored.authorId is None
