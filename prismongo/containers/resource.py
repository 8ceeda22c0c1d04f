"""A resource that resolves plainly: what dependency-injector's own would hand out as a future.

    idle ──init──▶ starting ──▶ started ──shutdown──▶ stopping ──▶ idle

Once started, calling the provider gives the value itself; otherwise it raises. The value lives in
an async context manager that one task enters and leaves, so a time-out or a task group inside it
works, and a loop that ends without `shutdown` still leaves it: asyncio cancels the task.

Works around dependency-injector 4.49: an async resource, and all that depends on it, resolves to a
future for ever, and a plain override resolved once makes it a bare task.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from dependency_injector import providers

from prismongo.containers.graph import Asynchronous, resources_behind
from prismongo.errors import NotStartedError
from prismongo.tasks import SharedTask, cancel_and_wait

T = TypeVar("T")

Provides = Callable[..., AsyncIterator[T]] | Callable[..., AbstractAsyncContextManager[T]]

HOW_TO_START = "use `async with running(container)`"


class Phase(Enum):
    """Where a resource stands; the value is how a message says it."""

    IDLE = "not started"
    STARTING = "still starting"
    STARTED = "started"
    STOPPING = "stopping"


@dataclass
class _Stay(Generic[T]):
    """One stay in the context manager, from entering to leaving."""

    loop: asyncio.AbstractEventLoop
    ready: asyncio.Future[T]
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    opening: SharedTask[T] | None = None
    task: asyncio.Task[None] | None = None
    phase: Phase = Phase.STARTING


class PlainResource(providers.Resource[T]):
    """A `providers.Resource` over an async generator function or async context manager factory.

    `init` and `shutdown` are always awaitable, idempotent, and safe in any order; many may wait.
    """

    def __init__(self, provides: Provides[T] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(provides, *args, **kwargs)
        self._stay: _Stay[T] | None = None
        self._beside = Asynchronous()

    @property
    def related(self) -> Iterator[providers.Provider[Any]]:
        """What belongs to it, for dependency-injector's own walks."""
        yield from super().related
        yield self._beside

    # Upstream's other overload, an awaitable, is what this class exists to rule out.
    def __call__(self, *args: Any, **kwargs: Any) -> T:  # type: ignore[override]  # as said
        """The value.

        Raises:
            NotStartedError: not started, still starting, stopping, or started on another loop.
        """
        if self.last_overriding is not None:
            return self.last_overriding(*args, **kwargs)  # type: ignore[no-any-return]  # of any type
        stay = self._stay
        if stay is None or stay.phase is not Phase.STARTED:
            raise NotStartedError(f"{self.phase.value}: {HOW_TO_START}")
        if stay.loop is not (_running_loop() or stay.loop) or stay.loop.is_closed():
            raise NotStartedError(f"started on another event loop: {HOW_TO_START} on this one")
        return stay.ready.result()

    @property
    def phase(self) -> Phase:
        """Where the resource stands."""
        return self._stay.phase if self._stay else Phase.IDLE

    @property
    def initialized(self) -> bool:
        """Whether there is something to shut down."""
        return self._stay is not None

    def init(self) -> Awaitable[T]:
        """Start, or wait for the start under way.

        Raises:
            NotStartedError: it is being stopped, or the start was ended.
            Exception: whatever the context manager raised on entering.
        """
        return asyncio.get_running_loop().create_task(self._init())

    def shutdown(self) -> Awaitable[None]:
        """Stop; nothing where nothing is started.

        Raises:
            Exception: whatever the context manager raised on leaving.
        """
        return asyncio.get_running_loop().create_task(self._shutdown())

    def async_(self, *args: Any, **kwargs: Any) -> Awaitable[T]:
        """The value, once the start under way has ended; otherwise as calling does."""
        if self.last_overriding is None and self.phase is Phase.STARTING:
            return self.init()
        return _ready(self(*args, **kwargs))

    async def _init(self) -> T:
        if self.last_overriding is not None:
            return self()
        loop = asyncio.get_running_loop()
        stay = self._stay
        if stay is None or stay.loop.is_closed():
            stay = self._stay = _Stay(loop, loop.create_future())
            stay.opening = SharedTask(self._open(stay), name=f"start of {self.provides!r}")
        if stay.phase is not Phase.STARTING or stay.opening is None or stay.loop is not loop:
            return self()
        return await stay.opening.wait()

    async def _open(self, stay: _Stay[T]) -> T:
        """Enter the context manager, in a task that stays in it."""
        stay.task = stay.loop.create_task(self._live(stay), name=f"stay in {self.provides!r}")
        either: set[asyncio.Future[Any]] = {stay.task, stay.ready}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await cancel_and_wait(stay.task)
            raise
        if not stay.ready.done():
            stay.task.result()
        return stay.ready.result()

    async def _live(self, stay: _Stay[T]) -> None:
        try:
            for resource in resources_behind(self):
                if isinstance(started := resource.init(), Awaitable):
                    await started
            async with self._manager() as value:
                stay.phase = Phase.STARTED
                stay.ready.set_result(value)
                try:
                    await stay.leave.wait()
                finally:
                    stay.phase = Phase.STOPPING
        finally:
            if self._stay is stay:
                self._stay = None

    def _manager(self) -> AbstractAsyncContextManager[T]:
        arguments = [_resolve(argument) for argument in self.args]
        named = {name: _resolve(argument) for name, argument in self.kwargs.items()}
        if self.provides is None:
            raise NotStartedError("not started: the resource was declared without a function")
        manager: AbstractAsyncContextManager[T] = self.provides(*arguments, **named)
        return manager

    async def _shutdown(self) -> None:
        stay = self._stay
        if stay is None or stay.loop.is_closed():
            self._stay = None
            return
        if stay.loop is not asyncio.get_running_loop():
            raise NotStartedError("started on another event loop: stop it there")
        if stay.phase is Phase.STARTING and stay.opening is not None:
            await cancel_and_wait(stay.opening.task)
        elif stay.task is not None:
            stay.phase = Phase.STOPPING
            stay.leave.set()
            await self._leave(stay, stay.task)

    async def _leave(self, stay: _Stay[T], task: asyncio.Task[None]) -> None:
        """Wait until the task has left; whoever gives up waiting gives up the resource."""
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            if self._stay is stay:
                self._stay = None
            raise


def _resolve(argument: Any) -> Any:
    """An argument as dependency-injector would inject it: providers called, the rest as it is."""
    return argument() if isinstance(argument, providers.Provider) else argument


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _ready(value: T) -> T:
    return value
