"""Checkpoints: what was handled does not come again, and what was not, does."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from prisma.errors import PrismaError
from prisma.models import Message

from database import DatabaseService, DatabaseSettings
from prismongo.changes import Checkpoint, TokenStore, stream
from tests.changes.taking import contents, post, take
from tests.processes import line_of, running
from tests.waiting import PATIENCE, until


class Kept:
    """Any object that loads and saves."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    async def load(self) -> str | None:
        return self.tokens[-1] if self.tokens else None

    async def save(self, token: str) -> None:
        self.tokens.append(token)


@pytest.fixture(params=["in the database", "an object"])
def checkpoint(request: pytest.FixtureRequest, database: DatabaseService) -> TokenStore:
    return Kept() if request.param == "an object" else Checkpoint(database, "consumer")


async def test_what_fails_comes_again(database: DatabaseService, checkpoint: TokenStore) -> None:
    handled: list[str] = []

    async def consume(fail_at: str) -> None:
        async with database.watch(Message, checkpoint=checkpoint) as changes:
            async for change in changes:
                content = change.after.content if change.after else ""
                if content == fail_at:
                    raise ZeroDivisionError
                handled.append(content)

    consumer = asyncio.create_task(consume("three"))
    await until_loaded(checkpoint)
    await post(database, "one", "two", "three", "four")
    with pytest.raises(ZeroDivisionError):
        await consumer
    await post(database, "five", "six")
    with pytest.raises(ZeroDivisionError):
        await consume("six")

    assert handled == ["one", "two", "three", "four", "five"]


async def until_loaded(checkpoint: TokenStore) -> None:
    async with asyncio.timeout(PATIENCE):
        while await checkpoint.load() is None:
            await asyncio.sleep(0.01)


async def test_what_comes_before_the_first_change_is_not_lost(
    database: DatabaseService, checkpoint: TokenStore
) -> None:
    async with database.watch(Message, checkpoint=checkpoint):
        pass
    await post(database, "one")
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        assert await contents(changes, 1) == ["one"]


async def test_entering_does_not_say_that_anything_was_handled(
    database: DatabaseService, checkpoint: TokenStore
) -> None:
    """Changes that came while the consumer was away may be in its buffer as soon as it enters."""
    async with database.watch(Message, checkpoint=checkpoint):
        pass
    await post(database, "one", "two", "three")
    for _ in range(2):
        async with database.watch(Message, checkpoint=checkpoint) as changes:
            await until(lambda changes=changes: not changes._buffer.is_caught_up)  # type: ignore[misc]
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        assert await contents(changes, 3) == ["one", "two", "three"]


async def test_leaving_does_not_pass_what_was_not_taken(database: DatabaseService) -> None:
    async with database.watch(Message) as changes:
        await post(database, "one", "two", "three")
        (one,) = await take(changes, 1)
        await until(lambda: len(changes._buffer._items) == 2)
    assert changes.token == one.token


async def test_leaving_does_not_say_that_the_last_was_handled(
    database: DatabaseService, checkpoint: TokenStore
) -> None:
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        await post(database, "one", "two", "three")
        assert await contents(changes, 2) == ["one", "two"]
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        assert await contents(changes, 1) == ["two"]
        await changes.handled()
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        assert await contents(changes, 1) == ["three"]


async def test_a_checkpoint_comes_before_resume_after(database: DatabaseService) -> None:
    async with database.watch(Message) as changes:
        await post(database, "one", "two", "three")
        first, second, _ = await take(changes, 3)
    kept = Kept()

    async with database.watch(Message, resume_after=first.token, checkpoint=kept) as changes:
        assert await contents(changes, 1) == ["two"]
    kept.tokens.append(second.token)
    async with database.watch(Message, resume_after=first.token, checkpoint=kept) as changes:
        assert await contents(changes, 1) == ["three"]


async def test_names_are_apart_and_can_be_forgotten(database: DatabaseService) -> None:
    one, two = Checkpoint(database, "one"), Checkpoint(database, "two")
    async with database.watch(Message, checkpoint=one):
        pass
    await post(database, "a")
    async with database.watch(Message, checkpoint=two):
        assert await one.load() != await two.load()
    await two.forget()

    assert await two.load() is None
    async with database.watch(Message, checkpoint=one) as changes:
        assert await contents(changes, 1) == ["a"]


async def test_without_changes_it_follows_the_server(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that stays behind while nothing matches would be lost with the server's history."""
    monkeypatch.setattr(stream, "CHECKPOINT_INTERVAL", 0.05)
    kept = Kept()
    async with database.watch(Message, where={"content": "never"}, checkpoint=kept) as changes:
        waiting = asyncio.create_task(take(changes, 1))
        before = len(kept.tokens)
        await post(database, "one", "two")
        await until(lambda: len(kept.tokens) > before)
        await until(lambda: kept.tokens[-1] > kept.tokens[0])
        waiting.cancel()

    assert kept.tokens == sorted(set(kept.tokens))


async def test_a_change_is_saved_only_after_it_was_handled(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHECKPOINT_INTERVAL", 0.02)
    kept = Kept()
    async with database.watch(Message, checkpoint=kept) as changes:
        await post(database, "one")
        (change,) = await take(changes, 1)
        await asyncio.sleep(0.1)  # it takes its time
        assert change.token not in kept.tokens
        assert kept.tokens[-1] < change.token
        await post(database, "two")
        await take(changes, 1)
        assert change.token in kept.tokens


async def test_a_token_that_cannot_be_saved_is_tried_again(database: DatabaseService) -> None:
    class Failing(Kept):
        async def save(self, token: str) -> None:
            if len(self.tokens) == 1:
                self.tokens.append("failed")
                raise OSError("disk full")
            await super().save(token)

    kept = Failing()
    async with database.watch(Message, checkpoint=kept) as changes:
        await post(database, "one", "two")
        (one,) = await take(changes, 1)
        with pytest.raises(OSError, match="disk full"):
            await anext(changes)
        assert await contents(changes, 1) == ["two"]

    assert kept.tokens[1:] == ["failed", one.token]


async def test_disconnecting_while_a_change_is_handled_ends_the_loop(
    settings: DatabaseSettings,
) -> None:
    service = DatabaseService(settings)
    await service.connect()
    handling, disconnected = asyncio.Event(), asyncio.Event()
    seen: list[str] = []

    async def consume() -> None:
        checkpoint = Checkpoint(service, "consumer")
        async with service.watch(Message, checkpoint=checkpoint) as changes:
            handling.set()
            async for change in changes:
                seen.append(change.after.content if change.after else "")
                handling.set()
                await disconnected.wait()

    consumer = asyncio.create_task(consume())
    await handling.wait()
    handling.clear()
    await post(service, "one", "two")
    await handling.wait()
    await service.disconnect()
    disconnected.set()
    await asyncio.wait_for(consumer, PATIENCE)
    assert seen == ["one"]

    async with service, service.watch(Message, checkpoint=Checkpoint(service, "consumer")) as again:
        assert await contents(again, 2) == ["one", "two"]


async def test_disconnecting_just_before_the_next_is_asked_for_ends_the_loop(
    database: DatabaseService,
) -> None:
    checkpoint = Checkpoint(database, "consumer")
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        await post(database, "one")
        await take(changes, 1)
        disconnecting = asyncio.create_task(database.disconnect())
        await asyncio.sleep(0)  # it has begun
        with pytest.raises(StopAsyncIteration):
            await anext(changes)
        await disconnecting


def has_lines(file: Path, count: int) -> bool:
    return len(file.read_text().split()) >= count


async def test_a_consumer_that_is_killed_again_and_again_misses_nothing(
    database: DatabaseService, settings: DatabaseSettings, tmp_path: Path
) -> None:
    file = tmp_path / "seen"
    file.touch()
    assert settings.url is not None
    arguments = ["-m", "tests.changes.consumer", settings.url.get_secret_value(), str(file)]
    expected = [str(number) for number in range(60)]
    for part in range(2):
        with running(arguments) as program:  # killed at the end
            assert await asyncio.to_thread(line_of, program) == "ready"
            await post(database, *expected[part * 30 : part * 30 + 30])
            await until(partial(has_lines, file, part * 30 + 10))
    with running(arguments):
        await until(lambda: "59" in file.read_text().split())

    seen = file.read_text().split()
    assert list(dict.fromkeys(seen)) == expected
    assert len(seen) <= len(expected) + 2  # one a kill: written, and not yet saved


async def test_losing_the_database_is_an_error_of_ours(settings: DatabaseSettings) -> None:
    service = DatabaseService(settings)
    with pytest.raises(PrismaError):
        await Checkpoint(service, "consumer").load()
