"""The transactions that a task takes part in without being handed one: those of `atomic` blocks.

A context variable holds them, so tasks that are begun inside of a block have them, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.client.transactions import TransactionManager


class _Entry(NamedTuple):
    """A block that was entered.

    Attributes:
        database: what all clients of one database share.
        manager: the block's transaction; None in `detached`.
        outer: the block around it, perhaps of another database.
    """

    database: object
    manager: TransactionManager[Any] | None
    outer: _Entry | None


_ENTERED: Final[ContextVar[_Entry | None]] = ContextVar("prismongo_blocks", default=None)


def ambient(database: object) -> TransactionManager[Any] | None:
    """The transaction of the block that the running task is in; it may be over."""
    entry = _ENTERED.get()
    while entry is not None:
        if entry.database is database:
            return entry.manager
        entry = entry.outer
    return None


def joined(client: BaseClient) -> TransactionManager[Any] | None:
    """The transaction that a client's operations belong to now; it may be over."""
    return client._manager or ambient(client._database)


@contextmanager
def entered(database: object, manager: TransactionManager[Any] | None) -> Iterator[None]:
    """Inside of this context operations belong to the transaction; to none if it is None."""
    outer = _ENTERED.get()
    _ENTERED.set(_Entry(database, manager, outer))
    try:
        yield
    finally:
        _ENTERED.set(outer)  # not by a token: a generator may be closed in another context
