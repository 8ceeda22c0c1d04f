"""docs/change-streams.md: each example runs, on both stores, and is told of changes."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re

import pytest
from prisma.models import User

from containers.messages import MessageService
from database import DatabaseService, DatabaseSettings
from prismongo.testing import factory
from tests.application import pushed_url, settings_pushed
from tests.project import TOP
from tests.waiting import PATIENCE

__all__ = ["pushed_url", "settings_pushed"]

TEXT = (TOP / "docs" / "change-streams.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
CHANNEL = "5f0000000000000000000001"


@pytest.fixture
def settings(settings_pushed: DatabaseSettings) -> DatabaseSettings:
    return settings_pushed


async def write(database: DatabaseService) -> None:
    """Something to be told of, again and again."""
    people = factory(User, database)
    for _ in range(1_000):
        user = await people.create()
        await MessageService(database).post(CHANNEL, user.id, "hello")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
async def test_an_example_is_told_of_changes(database: DatabaseService, number: int) -> None:
    handled: list[object] = []

    async def handle(what: object) -> None:
        handled.append(what)
        if len(handled) == 2:
            await database.disconnect()  # which ends the loop

    code = compile(EXAMPLES[number], "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = {"database": database, "channel_id": CHANNEL, "handle": handle}
    writing = asyncio.create_task(write(database))
    async with asyncio.timeout(PATIENCE):
        running = eval(code, names)  # noqa: S307 - our own documentation
        assert inspect.iscoroutine(running)
        await running
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert len(handled) == 2
    assert None not in handled


def test_every_example_is_run() -> None:
    assert len(EXAMPLES) == TEXT.count("```") / 2 == 5
