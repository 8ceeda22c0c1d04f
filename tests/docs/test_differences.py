"""docs/differences.md tells the truth: its examples run, and answer what stands behind them."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from typing import Any, Final

from pydantic import BaseModel

from database import DatabaseService, DatabaseSettings
from prismongo.schema import parse, push
from tests.project import SCHEMA, TOP

TEXT: Final = (TOP / "docs" / "differences.md").read_text(encoding="utf-8")
EXAMPLES: Final = {
    title: example
    for title, section in re.findall(r"^### (.*?)\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE)
    for example in re.findall(r"```python\n(.*?)```", section, re.DOTALL)
}
"""By the title of the section; each has one."""

NAMES: Final = ("username", "code", "name", "content")
"""The field by which an example calls a record, of those that it has."""


async def test_examples_answer_what_they_say(settings: DatabaseSettings) -> None:
    assert settings.url is not None
    await push(parse(SCHEMA.read_text()), settings.url.get_secret_value())
    async with DatabaseService(settings) as db:
        for title, example in EXAMPLES.items():
            await follow(example, db, title)
            for name in await db.mongo.list_collection_names():
                if not name.startswith("system."):
                    await db.mongo[name].delete_many({})


def test_every_decision_has_an_example() -> None:
    assert len(EXAMPLES) == TEXT.partition("## Where cases")[0].count("\n### ")


async def follow(example: str, db: DatabaseService, title: str) -> None:
    """Run an example, statement by statement."""
    scope: dict[str, Any] = {
        "asyncio": asyncio,
        "DatabaseService": DatabaseService,
        "DatabaseSettings": DatabaseSettings,
        "db": db,
    }
    for statement in ast.parse(example).body:
        line = example.splitlines()[(statement.end_lineno or 0) - 1]
        said = line.partition("  # ")[2].partition(":")[0].strip()
        answer = await run(statement, scope)
        if said:
            assert told(answer) == said, (title, line)
        elif isinstance(answer, Exception):
            raise answer


async def run(statement: ast.stmt, scope: dict[str, Any]) -> object:
    """What one statement answers, or the error that it meets."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        if isinstance(statement, ast.Expr):
            code = compile(ast.Expression(statement.value), "example", "eval", flags)
        else:
            code = compile(ast.Module([statement], []), "example", "exec", flags)
        answer = eval(code, scope)  # noqa: S307 - our own documentation
        return await answer if inspect.iscoroutine(answer) else answer
    except Exception as error:  # noqa: BLE001 - what it meets is its answer
        return error


def told(answer: object) -> str:
    """The answer in the words of an example."""
    match answer:
        case Exception():
            return str(getattr(answer, "code", answer))
        case BaseModel():
            return next(str(vars(answer)[name]) for name in NAMES if name in vars(answer))
        case []:
            return "nothing"
        case list():
            return ", ".join(map(told, answer))
        case _:
            return str(answer)
