"""docs/client.md: its examples run one after the other on a server, and hold what they assert."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from typing import Any, Final

from database import DatabaseService, DatabaseSettings
from tests.application import pushed_url, settings_pushed
from tests.project import TOP

__all__ = ["pushed_url", "settings_pushed"]

TEXT: Final = (TOP / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLES: Final = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


async def test_the_examples_run_in_their_order(settings_pushed: DatabaseSettings) -> None:
    async with DatabaseService(settings_pushed) as database:
        names: dict[str, Any] = {
            "asyncio": asyncio,
            "database": database,
            "DatabaseService": DatabaseService,
            "__name__": "docs.client",
        }
        for example in EXAMPLES:
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            code = compile(example, "docs/client.md", "exec", flags, dont_inherit=True)
            running = eval(code, names)  # noqa: S307 - our own documentation
            assert inspect.iscoroutine(running)
            await running
    assert names["engines"].owner.username == "ada"
    assert [channel.name for channel in names["engines"].channels] == ["general", "random"]
    assert [len(user.messages) for user in names["busy"]] == [3]
    assert names["busy"][0].messages[0].channel.name == "general"
    assert "prisma_client_queries_total" in names["text"]


def test_every_example_is_run() -> None:
    others = len(re.findall(r"^```(?:prisma|toml)$", TEXT, re.MULTILINE))
    assert (len(EXAMPLES), others) == (15, 3)
    assert TEXT.count("```") / 2 == 18
