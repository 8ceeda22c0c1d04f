"""`prismongo seed`: fills a database with a believable instance, for first steps and for load.

    prismongo seed --size large --number 7

The same size and number give the same records, their ids among them. What is there already is left
as it is, so a second run adds nothing, and a run that was broken off is finished by the next one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, Protocol

from database.sample import PASSWORD, make_instance
from database.sample import instance_id as id_of
from database.service import DatabaseService
from prismongo.errors import ConfigurationError
from prismongo.seed import Progress, Size, no_progress

Rows = Sequence[Mapping[str, Any]]

MESSAGES: Final = {"small": 1_000, "medium": 10_000, "large": 50_000}
PORTION: Final = 2_000
"""So many records are looked for and added at a time, all of them or none."""


class _Table(Protocol):
    """The actions of a model, as far as a seed needs them."""

    async def find_many(self, *, where: Any, select: Any) -> Sequence[Any]: ...

    async def create_many(self, data: Sequence[Any], /) -> int: ...


async def seed(
    database: DatabaseService,
    *,
    size: Size = "small",
    number: int = 1,
    progress: Progress = no_progress,
) -> str:
    """Add an instance: users, communities, channels, messages, and what belongs to them.

    Args:
        database: the database; its collections and indexes were made by `prismongo push`.
        size: `small`, `medium`, `large`, or how many messages.
        number: another one gives another instance, for another database.
        progress: shows how far it is.

    Returns:
        What was done, in a sentence.

    Raises:
        ConfigurationError: the database has an instance of another size or number.
        UniqueViolationError: a name of the instance is taken already (P2002).
    """
    messages = size if isinstance(size, int) else MESSAGES[size]
    await _refuse_another(database, id_of(messages, number))
    made = make_instance(messages, number)
    tables: list[tuple[str, _Table, Rows]] = [
        ("users", database.user, made.users),
        ("friendships", database.friendship, made.friendships),
        ("communities", database.community, made.communities),
        ("memberships", database.membership, made.memberships),
        ("roles", database.role, made.roles),
        ("roles of members", database.userrole, made.user_roles),
        ("channels", database.channel, made.channels),
        ("direct message groups", database.directmessagegroup, made.groups),
        ("members of groups", database.directmessagegroupmember, made.group_members),
        ("messages", database.message, made.messages),
        ("read receipts", database.readreceipt, made.receipts),
        ("notifications", database.notification, made.notifications),
    ]
    added = 0
    for title, table, rows in tables:
        async for done, new in _add(table, rows):
            added += new
            progress(title, done, len(rows))
    if not added:
        return "Nothing was added: the instance is there already."
    return (
        f"{added:,} records were added: an instance of {messages:,} messages. "
        f'Users sign in with the password "{PASSWORD}", for example {made.users[0]["username"]}.'
    )


async def _refuse_another(database: DatabaseService, instance_id: str) -> None:
    other = await database.user.find_first(
        where={"instanceId": {"startswith": "seed-", "not": instance_id}}
    )
    if other is not None:
        raise ConfigurationError(
            f"The database has the instance {other.instanceId} (number, messages) already: give "
            "the same --number and --size, or another database."
        )


async def _add(table: _Table, rows: Rows) -> AsyncIterator[tuple[int, int]]:
    """Add the rows that are not there yet; yields how many were looked at, and how many added."""
    for begin in range(0, len(rows), PORTION):
        portion = rows[begin : begin + PORTION]
        found = await table.find_many(
            where={"id": {"in": [row["id"] for row in portion]}}, select={"id": True}
        )
        known = {each.id for each in found}
        new = [row for row in portion if row["id"] not in known]
        if new:
            await table.create_many(new)
        yield begin + len(portion), len(new)
