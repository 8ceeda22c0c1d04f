"""The benchmark's libraries answer the same; how long they take is another question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from random import Random
from typing import Any, Final

from bson import ObjectId
from pydantic import BaseModel

from benchmarks.data import Size
from benchmarks.environment import Environment, prepared
from benchmarks.library import Library
from benchmarks.operations import OPERATIONS, Operation, Round, clean

TINY: Final = Size(users=20, communities=3, channels=4, messages=5, memberships=2)
NEW: Final = {"insert one", "delete by id", "transaction of two inserts"}
"""What these answer is made for each library: its id and time are its own."""


async def test_all_libraries_answer_the_same(mongo_url: str) -> None:
    async with prepared(mongo_url, TINY, indexes=False) as environment:
        for operation in OPERATIONS:
            answers = [await answer(environment, operation, each) for each in environment.libraries]
            assert answers[0], operation.name
            for other in answers[1:]:
                assert other == answers[0], operation.name


async def answer(environment: Environment, operation: Operation, library: Library) -> Any:
    """What the operation answers, as it can be compared; what it wrote is removed."""
    round_ = Round(environment.data, environment.database, Random(1))  # noqa: S311 - the same for all
    (arguments,) = await operation.prepare(round_, library, 1)
    found = await operation.ask(library, *arguments)
    await clean(environment.database, environment.data)
    made = comparable(found, without={"id", "sentAt"} if operation.name in NEW else set())
    return made if "sorted" in operation.name else in_order(made)


def in_order(value: Any) -> Any:
    """The same, with every list in an order that does not depend on who found it."""
    match value:
        case dict():
            return {key: in_order(item) for key, item in value.items()}
        case list():
            return sorted(map(in_order, value), key=str)
        case _:
            return value


def comparable(value: Any, without: set[str]) -> Any:
    """Records of any kind as dicts, without what has no value; ids as their digits."""
    match value:
        case BaseModel():
            return comparable(dict(value), without)
        case Mapping():
            named = {"id" if key == "_id" else key: item for key, item in value.items()}
            return {
                key: comparable(item, without)
                for key, item in named.items()
                if key not in without and item is not None and item != []
            }
        case Enum():
            return value.value
        case str():
            return value
        case Sequence():
            return [comparable(item, without) for item in value]
        case ObjectId():
            return str(value)
        case datetime():
            assert value.tzinfo is not None
            return value
        case _:
            return value
