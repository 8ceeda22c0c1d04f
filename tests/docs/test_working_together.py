"""docs/working-together.md: its examples run one after the other, on both stores."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from typing import Any, Final

import pytest

from database import DatabaseService
from prismongo.schema import parse, push
from tests.project import SCHEMA, TOP

TEXT: Final = (TOP / "docs" / "working-together.md").read_text(encoding="utf-8")
EXAMPLES: Final = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
async def indexed(store: str, request: pytest.FixtureRequest) -> None:
    if store == "mongo":
        await push(parse(SCHEMA.read_text()), request.getfixturevalue("mongo_url"))


@pytest.mark.usefixtures("indexed")
async def test_the_examples_run_in_their_order(database: DatabaseService) -> None:
    names: dict[str, Any] = {"asyncio": asyncio, "database": database, "__name__": "docs.together"}
    for example in EXAMPLES:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(example, "docs/working-together.md", "exec", flags, dont_inherit=True)
        running = eval(code, names)  # noqa: S307 - our own documentation
        if inspect.iscoroutine(running):
            await running
    assert names["messages"].pushed == ["Welcome."]
    assert len(names["quick"]) == 2


def test_every_example_is_run() -> None:
    assert len(EXAMPLES) == TEXT.count("```") / 2 == 9


def test_the_page_is_linked() -> None:
    assert "docs/working-together.md" in (TOP / "README.md").read_text(encoding="utf-8")
