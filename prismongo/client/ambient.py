"""The transactions that a task takes part in without being handed one: those of `atomic` blocks.

A context variable holds them, so tasks that are begun inside of a block have them, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from weakref import ReferenceType, ref

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.client.transactions import TransactionManager


@dataclass(eq=False, slots=True)
class _Entry:
    """A block that was entered.

    Attributes:
        database: what all clients of one database share.
        manager: the block's transaction; None in `detached`.
        outer: the block around it, perhaps of another database.
        task: the task that entered it; None outside of tasks.
        is_left: whether it has been left, perhaps by another task: that closed a generator.
    """

    database: object
    manager: TransactionManager[Any] | None
    outer: _Entry | None
    task: ReferenceType[asyncio.Task[Any]] | None
    is_left: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether the running task has entered it and is behind it.

        A task that was begun inside of it is not: it has outlived the block.
        """
        return self.is_left and (self.task and self.task()) is _running_task()


_ENTERED: Final[ContextVar[_Entry | None]] = ContextVar("prismongo_blocks", default=None)


def ambient(database: object) -> TransactionManager[Any] | None:
    """The transaction of the block that the running task is in; it may be over."""
    entry = _ENTERED.get()
    while entry is not None:
        if entry.database is database and not entry.is_gone:
            return entry.manager
        entry = entry.outer
    return None


def joined(client: BaseClient) -> TransactionManager[Any] | None:
    """The transaction that a client's operations belong to now; it may be over."""
    if client._manager is not None:
        return client._manager
    return None if _ENTERED.get() is None else ambient(client._database)


@contextmanager
def entered(database: object, manager: TransactionManager[Any] | None) -> Iterator[None]:
    """Inside of this context operations belong to the transaction; to none if it is None."""
    task = _running_task()
    entry = _Entry(database, manager, _outer(), None if task is None else ref(task))
    _ENTERED.set(entry)
    try:
        yield
    finally:
        entry.is_left = True
        if _ENTERED.get() is entry:  # it is not, if another task closes a generator
            _ENTERED.set(entry.outer)


def _outer() -> _Entry | None:
    """The block that the running task is in, without those that it has left."""
    entry = _ENTERED.get()
    while entry is not None and entry.is_gone:
        entry = entry.outer
    return entry


def _running_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # there is no event loop
        return None
