"""Asking an engine by its structured door: what is answered, or how it is refused."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from prisma.errors import DataError

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action, Request, Selection


async def ask(
    engine: MongoEngine, action: Action, model: str, /, *select: str | Selection, **arguments: Any
) -> Any:
    """What is answered.

    Args:
        engine: is asked.
        action: in Prisma's words.
        model: the schema's name.
        select: names, several in a text, and `selected` relations and composites; `id` (of many
            writes `count`) where nothing is said.
        arguments: `where`, `data` and the like.
    """
    if not select:
        select = ("count" if action in ("createMany", "updateMany", "deleteMany") else "id",)
    request = Request(action, model, arguments, selections(select))
    return await engine.execute(request, tx_id=None)


async def refused(asked: Awaitable[Any]) -> DataError:
    """The error that a question ends with."""
    with pytest.raises(DataError) as caught:
        await asked
    return caught.value


def selected(name: str, *select: str | Selection, **arguments: Any) -> Selection:
    """A relation or composite, with what is selected of it: `id` where nothing is said."""
    return Selection(name, arguments, selections(select or ("id",)))


def selections(select: tuple[str | Selection, ...]) -> tuple[Selection, ...]:
    return tuple(
        part
        for each in select
        for part in ([each] if isinstance(each, Selection) else map(Selection, each.split()))
    )
