"""Repeating a transaction that lost against another one, or that the server dropped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from prisma.errors import PrismaError, TransactionError

from prismongo.errors import TransactionExpiredError

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.engine.conflicts import Attempts

T = TypeVar("T")


async def repeated(
    client: BaseClient,
    attempt: Callable[[Attempts], Awaitable[T]],
    conflict_timeout: timedelta | None,
    retries: int | None = None,
) -> T:
    """What the first attempt returns that is not lost.

    Args:
        client: has the turns of those that want the same documents.
        attempt: begins a transaction as one of the attempts, works in it, and commits.
        conflict_timeout: how long to start again; None means the client's limit.
        retries: how often to start again at most; None means until the time limit.
    """
    from prismongo.engine.conflicts import repeat

    limit = None if conflict_timeout is None else conflict_timeout.total_seconds()
    engine = client._mongo_engine
    attempts = engine.conflicts.attempts(limit)
    lost: BaseException | None = None

    async def observed() -> T:
        nonlocal lost
        span.attempt(lost)
        try:
            return await attempt(attempts)
        except BaseException as error:
            lost = error
            raise

    with engine.spans.transaction() as span:
        return await repeat(observed, attempts, may_start_again, retries)


def may_start_again(error: BaseException) -> bool:
    """Whether nothing of the transaction was stored, and another attempt may succeed.

    In a group, as a task group raises it, every error must be a conflict, or follow from one.
    """
    from pymongo.errors import PyMongoError

    if isinstance(error, BaseExceptionGroup):
        return all(may_start_again(each) for each in error.exceptions)
    cause = error.__cause__
    if isinstance(error, TransactionError):
        is_late = isinstance(error, TransactionExpiredError)
        return not is_late and cause is not None and may_start_again(cause)
    if not isinstance(error, PrismaError):
        return False
    dropped = isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError")
    return dropped or getattr(error, "code", None) == "P2034"
