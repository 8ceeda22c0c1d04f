"""One page of messages, for every list of them: channels, threads, searches, direct messages."""

from __future__ import annotations

from typing import Literal

from prisma.types import MessageWhereInput

from database import DatabaseService
from database.selections import MessageView


async def page_of(
    database: DatabaseService,
    where: MessageWhereInput,
    *,
    take: int,
    last: str | None,
    order: Literal["asc", "desc"] = "desc",
) -> list[MessageView]:
    """A page of the messages that match, with their authors.

    Args:
        database: the database.
        where: which messages.
        take: the maximum number.
        last: the id of the last message of the page before; None for the first page.
        order: by the moment they were sent: `desc` is newest first.
    """
    if last is not None:
        where = {**where, "id": {"not": last}}  # not `skip`: it may be deleted by now
    return await database.message.returning(MessageView).find_many(
        where=where,
        order=[{"sentAt": order}, {"id": order}],
        take=take,
        cursor=None if last is None else {"id": last},
    )
