"""`database.atomic`: a transaction that every service of a database takes part in.

async with database.atomic():
    await communities.join(community_id, user_id)
    await messages.post(channel_id, user_id, "Hello.")
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, Protocol, TypeVar, overload

from prismongo.client.ambient import entered, joined
from prismongo.client.durations import Duration, as_limit
from prismongo.client.repeating import repeated
from prismongo.client.transactions import TX_MAX_WAIT, TX_TIMEOUT, TransactionManager
from prismongo.errors import ArgumentTypeError, ConfigurationError, TransactionError, data_error

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.engine.conflicts import Attempts

T = TypeVar("T")
P = ParamSpec("P")

_ENTERED_AGAIN: Final = (
    "Transaction API error: a block of `atomic` can be entered once. Make another one by calling "
    "`database.atomic()` again."
)


class Block:
    """A block of `atomic`: the outermost one has a transaction, the others join it.

    It is entered once.

    Args:
        client: whose block it is.
        max_wait: how long beginning may take.
        timeout: how long the whole may take, then it is rolled back.
        attempts: those that it is one of; None if nobody repeats it.
    """

    __slots__ = (
        "_attempts",
        "_client",
        "_is_entered",
        "_is_own",
        "_manager",
        "_max_wait",
        "_stack",
        "_timeout",
    )

    def __init__(
        self,
        client: BaseClient,
        max_wait: timedelta,
        timeout: timedelta,
        attempts: Attempts | None = None,
    ) -> None:
        self._client = client
        self._max_wait = max_wait
        self._timeout = timeout
        self._attempts = attempts
        self._manager: TransactionManager[Any] | None = None
        self._is_entered = False
        self._is_own = False
        self._stack = ExitStack()

    async def __aenter__(self) -> None:
        """Begin a transaction, or join that of the block around.

        Raises:
            prisma.errors.TransactionError: it did not begin in time, the block around is over, or
                this one was entered before.
        """
        if self._is_entered:
            raise TransactionError(_ENTERED_AGAIN)
        self._is_entered = True
        manager = joined(self._client)
        if manager is None:
            manager = TransactionManager(
                client=self._client, max_wait=self._max_wait, timeout=self._timeout
            )
            if self._attempts is not None:
                manager.as_one_of(self._attempts)
            await manager.start()
            self._is_own = True
        else:
            manager.usable_id()
        self._stack.enter_context(entered(self._client._database, manager))
        self._manager = manager

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit what is the block's own; what is raised through any block rolls all back."""
        manager, self._manager = self._manager, None
        if manager is None:
            return
        self._stack.close()
        if self._is_own:
            await manager.__aexit__(kind, error, trace)
        elif error is not None:
            await manager.give_up(error)


class Atomic:
    """Begins blocks of one database; see `Service.atomic`."""

    __slots__ = ("_client",)

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def __call__(
        self, *, timeout: Duration = TX_TIMEOUT, max_wait: Duration = TX_MAX_WAIT
    ) -> Block:
        """A block, for `async with`: what is done inside of it is kept as a whole, or not at all.

        Inside of another block it joins that one, whose time limits count. The timeout of a view
        (`with_options`) bounds its begin and its commit, too: the shorter limit counts.

        Args:
            timeout: how long the whole may take, then it is rolled back; seconds or a timedelta.
            max_wait: how long beginning may take; seconds or a timedelta.

        Entering raises:
            prisma.errors.TransactionError: P2028, it did not begin in time.
            DataError: P2031, the server has no transactions.
            ConnectionError: P1008, it took longer than the view's timeout.

        Leaving raises:
            DataError: P2034, another transaction was faster: `run` starts again.
            prisma.errors.TransactionError: P2028, an error inside was caught, or it took too long.
            ConnectionError: P1008, the commit took longer than the view's timeout.
        """
        return Block(self._client, as_limit(max_wait, "max_wait"), as_limit(timeout, "timeout"))

    async def run(
        self,
        callback: Callable[[], Awaitable[T]],
        *,
        timeout: Duration = TX_TIMEOUT,
        max_wait: Duration = TX_MAX_WAIT,
        conflict_timeout: Duration | None = None,
    ) -> T:
        """Run `callback` in a block; again after a write conflict, until the time is up.

        The callback may have no other effects than those on the database, and callbacks of
        `after_commit`. Inside of another block it is called once and joins: only the outermost
        block can start again, so a conflict is raised through it.

        Args:
            callback: called without arguments.
            timeout: how long an attempt may take; seconds or a timedelta.
            max_wait: how long the begin of an attempt may take; seconds or a timedelta.
            conflict_timeout: how long to start again, from the first attempt on; None means
                `settings.conflict_timeout`.

        Returns:
            What the callback returns.

        Raises:
            DataError: P2034, the last attempt had a conflict, too.
            prisma.errors.TransactionError: P2028, it took too long, or an error inside was caught.
        """
        limit = None if conflict_timeout is None else as_limit(conflict_timeout, "conflict_timeout")
        most, longest_wait = as_limit(timeout, "timeout"), as_limit(max_wait, "max_wait")

        async def attempt(attempts: Attempts | None = None) -> T:
            async with Block(self._client, longest_wait, most, attempts):
                return await callback()

        if joined(self._client) is not None:
            return await attempt()
        return await repeated(self._client, attempt, limit)


# --- the decorator ---


class _HasAtomic(Protocol):
    @property
    def atomic(self) -> Atomic: ...


class _HasDatabase(Protocol):
    @property
    def database(self) -> _HasAtomic: ...


SelfT = TypeVar("SelfT", bound=_HasDatabase)
Method = Callable[Concatenate[SelfT, P], Coroutine[Any, Any, T]]


@overload
def atomic(method: Method[SelfT, P, T], /) -> Method[SelfT, P, T]: ...


@overload
def atomic(
    *,
    timeout: Duration = TX_TIMEOUT,
    max_wait: Duration = TX_MAX_WAIT,
    conflict_timeout: Duration | None = None,
) -> Callable[[Method[SelfT, P, T]], Method[SelfT, P, T]]: ...


def atomic(
    method: Method[Any, Any, Any] | None = None,
    /,
    *,
    timeout: Duration = TX_TIMEOUT,
    max_wait: Duration = TX_MAX_WAIT,
    conflict_timeout: Duration | None = None,
) -> Any:
    """Run a method as `database.atomic.run` does; the database is `self.database`.

        class Orders:
            def __init__(self, database: DatabaseService) -> None:
                self.database = database

            @atomic(timeout=10)
            async def place(self, order: Order) -> None: ...

    The method is called again after a write conflict, so it may have no other effects. Called
    inside of another block it joins that one, and is called once.

    Args:
        method: an `async def` method.
        timeout: how long an attempt may take; seconds or a timedelta.
        max_wait: how long the begin of an attempt may take; seconds or a timedelta.
        conflict_timeout: how long to start again; None means `settings.conflict_timeout`.

    Raises:
        ArgumentTypeError: P2009, it is not an `async def` method.

    Calling raises what `Atomic.run` raises, and ConfigurationError if `self.database` is not a
    service.
    """
    limits = {"timeout": timeout, "max_wait": max_wait, "conflict_timeout": conflict_timeout}
    for name, limit in limits.items():
        if limit is not None:
            as_limit(limit, name)

    def decorate(method: Method[Any, Any, Any]) -> Method[Any, Any, Any]:
        if not inspect.iscoroutinefunction(method):
            raise data_error(
                "P2009", "@atomic stands above an `async def` method.", kind=ArgumentTypeError
            )

        @functools.wraps(method)
        async def run(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            work = functools.partial(method, self, *args, **kwargs)
            return await _atomic_of(self).run(work, **limits)  # type: ignore[arg-type]

        return run

    return decorate if method is None else decorate(method)


def _atomic_of(owner: Any) -> Atomic:
    found = getattr(getattr(owner, "database", None), "atomic", None)
    if not isinstance(found, Atomic):
        raise ConfigurationError(
            f"@atomic needs a database service as `self.database`; {type(owner).__name__} has none."
        )
    return found
