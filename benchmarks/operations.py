"""The operations of the table: what each does, and the targets for ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from benchmarks.data import START, DataSet, Document
from benchmarks.library import Library, NewMessage

TASKS: Final = 64


@dataclass(frozen=True)
class Round:
    """What one sample may use: the data, the driver to prepare with, and chance."""

    data: DataSet
    database: AsyncDatabase[Document]
    random: Random


Arguments = Sequence[tuple[Any, ...]]
"""The arguments of each repetition of a sample."""

Prepare = Callable[[Round, Library, int], Awaitable[Arguments]]
"""Makes the arguments of so many repetitions."""


class Target(NamedTuple):
    """The ratio to PyMongo's CPU time that ours shall not exceed."""

    in_python: float
    accelerated: float


@dataclass(frozen=True)
class Operation:
    """One row of the table.

    Attributes:
        name: what it is called there.
        target: of ours; None where there is none.
        repeat: how often a sample does it.
        ask: does it once.
        prepare: makes the arguments of a sample; not measured.
        each: how many operations one call is; figures are those of one.
    """

    name: str
    target: Target | None
    repeat: int
    ask: Callable[..., Awaitable[Any]]
    prepare: Prepare
    each: int = 1


# --- reads ---


def _one(of: Callable[[DataSet], Sequence[ObjectId]]) -> Prepare:
    """Each time one of these ids."""

    async def prepare(round_: Round, library: Library, count: int) -> Arguments:
        chosen = round_.random.choices(of(round_.data), k=count)
        return [(library.id(each),) for each in chosen]

    return prepare


_users: Final = _one(lambda data: data.users)
_channel: Final = _one(lambda data: data.channels)
_communities: Final = _one(lambda data: data.communities)


async def _usernames(round_: Round, _: Library, count: int) -> Arguments:
    return [(username,) for username in round_.random.choices(round_.data.usernames, k=count)]


async def _latest(round_: Round, library: Library, count: int) -> Arguments:
    chosen = round_.random.choices(round_.data.channels, k=count)
    return [(library.id(channel), 100) for channel in chosen]


def _channels(number: int) -> Prepare:
    async def prepare(round_: Round, library: Library, count: int) -> Arguments:
        channels = [library.id(channel) for channel in round_.data.channels]
        number_there = min(number, len(channels))
        return [(round_.random.sample(channels, number_there),) for _ in range(count)]

    return prepare


async def _tied(round_: Round, library: Library, count: int) -> Arguments:
    return [(library.id(round_.data.tied), 100)] * count


async def _spans(round_: Round, library: Library, count: int) -> Arguments:
    since, until = START, START + timedelta(seconds=round_.data.size.messages // 2)
    chosen = round_.random.choices(round_.data.channels, k=count)
    return [(library.id(channel), since, until) for channel in chosen]


async def _rich(round_: Round, library: Library, count: int) -> Arguments:
    return [([library.id(round_.data.rich)],)] * count


async def _pages_of_communities(round_: Round, library: Library, count: int) -> Arguments:
    return [(*given, 100) for given in await _communities(round_, library, count)]


async def _groups_of_users(round_: Round, library: Library, count: int) -> Arguments:
    users = [library.id(user) for user in round_.data.users]
    return [(round_.random.sample(users, min(100, len(users))), 2) for _ in range(count)]


async def _tasks(round_: Round, library: Library, count: int) -> Arguments:
    return [(await _users(round_, library, TASKS),) for _ in range(count)]


async def _at_once(library: Library, users: Arguments) -> list[Any]:
    return await asyncio.gather(*(library.find_by_id(user) for (user,) in users))


# --- writes ---


def _new_message(round_: Round, library: Library, content: str) -> NewMessage:
    return {
        "channelId": library.id(round_.data.scratch),
        "authorId": library.id(round_.random.choice(round_.data.users)),
        "content": content,
    }


async def _new_messages(round_: Round, library: Library, count: int) -> Arguments:
    return [(_new_message(round_, library, f"Message {number}"),) for number in range(count)]


async def _pairs(round_: Round, library: Library, count: int) -> Arguments:
    one, two = (_new_message(round_, library, content) for content in ("Ask", "Answer"))
    return [(dict(one), dict(two)) for _ in range(count)]


async def _thousands(round_: Round, library: Library, count: int) -> Arguments:
    return [
        ([_new_message(round_, library, f"Message {number}") for number in range(1_000)],)
        for _ in range(count)
    ]


async def _edits(round_: Round, library: Library, count: int) -> Arguments:
    chosen = round_.random.choices(round_.data.messages, k=count)
    edited = datetime(2025, 6, 1, tzinfo=UTC)
    return [(library.id(message), "Nobody looks at them.", edited) for message in chosen]


async def _receipts(round_: Round, library: Library, count: int) -> Arguments:
    data = round_.data
    receipts: list[Document] = [
        {
            "_id": ObjectId(),
            "userId": ObjectId(round_.random.randbytes(12)),
            "channelId": data.scratch,
            "lastReadMessageId": message,
            "lastReadAt": datetime(2025, 6, 1, tzinfo=UTC),
        }
        for message in round_.random.choices(data.messages, k=count)
    ]
    await round_.database["ReadReceipt"].insert_many(receipts)
    return [(library.id(receipt["_id"]),) for receipt in receipts]


async def clean(database: AsyncDatabase[Document], data: DataSet) -> None:
    """Remove what operations have written."""
    for collection in ("Message", "ReadReceipt"):
        await database[collection].delete_many({"channelId": data.scratch})


_READ_ONE: Final = Target(1.08, 1.05)
_PAGE: Final = Target(1.35, 0.90)
_BY_RELATION: Final = Target(1.20, 1.20)

OPERATIONS: Final = (
    Operation("find by id", _READ_ONE, 40, lambda c, user: c.find_by_id(user), _users),
    Operation("find by unique", _READ_ONE, 40, lambda c, x: c.find_by_unique(x), _usernames),
    Operation("find_many 100, sorted", _PAGE, 10, lambda c, *a: c.find_latest(*a), _latest),
    Operation("find_many 100, all tied", _PAGE, 10, lambda c, *a: c.find_newest(*a), _tied),
    Operation(
        "10 rows by six values", Target(1.20, 1.15), 30, lambda c, *a: c.find_recent(*a), _spans
    ),
    Operation(
        "find_many 1,000", Target(1.50, 0.65), 3, lambda c, x: c.find_messages(x), _channels(1)
    ),
    Operation(
        "find_many 10,000", Target(1.50, 0.60), 1, lambda c, x: c.find_messages(x), _channels(10)
    ),
    Operation(
        "1,000 with composites", Target(1.60, 0.80), 1, lambda c, x: c.find_messages(x), _rich
    ),
    Operation("count by a filter", None, 20, lambda c, x: c.count_of(x), _channel),
    Operation("count by a relation", _BY_RELATION, 10, lambda c, x: c.count_in(x), _communities),
    Operation(
        "100 rows by a relation",
        _BY_RELATION,
        10,
        lambda c, *a: c.find_in(*a),
        _pages_of_communities,
    ),
    Operation(
        "100 users, 2 levels included",
        Target(1.60, 0.95),
        3,
        lambda c, *a: c.with_relations(*a),
        _groups_of_users,
    ),
    Operation("insert one", Target(1.10, 1.10), 30, lambda c, x: c.insert(x), _new_messages),
    Operation(
        "update one and read back", Target(1.15, 1.15), 30, lambda c, *a: c.update(*a), _edits
    ),
    Operation("delete by id", Target(1.10, 1.10), 30, lambda c, x: c.delete(x), _receipts),
    Operation(
        "insert_many 1,000", Target(1.25, 1.25), 1, lambda c, x: c.insert_many(x), _thousands
    ),
    Operation(
        "transaction of two inserts", Target(1.20, 1.20), 10, lambda c, *a: c.insert_two(*a), _pairs
    ),
    Operation(f"{TASKS} tasks, find by id", Target(1.06, 1.06), 3, _at_once, _tasks, each=TASKS),
)
"""The rows of the table, in its order."""
