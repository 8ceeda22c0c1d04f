"""PlainResource: an async resource whose provider returns the value, not a future.

    idle ──init──▶ starting ──▶ started ──shutdown──▶ stopping ──▶ idle

After start, calling the provider returns the value; otherwise it raises. One task enters and exits
the async context manager of the value. So a time-out or a task group inside it works, and if the
event loop ends without `shutdown`, asyncio cancels the task, which exits the context manager.

Reason: in dependency-injector 4.49 an async resource, and everything that depends on it, always
resolves to a future, and after a plain override was resolved once, to a bare task.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from dependency_injector import providers

from prismongo.containers.graph import AsyncMarker, resources_behind
from prismongo.errors import NotStartedError
from prismongo.tasks import SharedTask, cancel_and_wait

T = TypeVar("T")

Provides = Callable[..., AsyncIterator[T]] | Callable[..., AbstractAsyncContextManager[T]]

HOW_TO_START = "use `async with running(container)`"


class Phase(Enum):
    """The state of a resource; messages use the value."""

    IDLE = "not started"
    STARTING = "still starting"
    STARTED = "started"
    STOPPING = "stopping"


@dataclass
class _Lifetime(Generic[T]):
    """One run of the resource: from entering its context manager to leaving it."""

    loop: asyncio.AbstractEventLoop
    ready: asyncio.Future[T]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    starting: SharedTask[T] | None = None
    task: asyncio.Task[None] | None = None
    phase: Phase = Phase.STARTING


class PlainResource(providers.Resource[T]):
    """A `providers.Resource` over an async generator function or async context manager factory.

    `init` and `shutdown` are always awaitable and idempotent, may be called in any order, and
    several tasks may wait for them.
    """

    def __init__(self, provides: Provides[T] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(provides, *args, **kwargs)
        self._lifetime: _Lifetime[T] | None = None
        self._async_marker = AsyncMarker()

    @property
    def related(self) -> Iterator[providers.Provider[Any]]:
        """The providers that dependency-injector traverses from here."""
        yield from super().related
        yield self._async_marker

    # dependency-injector's other overload returns an awaitable; this class never does.
    def __call__(self, *args: Any, **kwargs: Any) -> T:  # type: ignore[override]  # as said
        """The value.

        Raises:
            NotStartedError: not started, still starting, stopping, or started on another loop.
        """
        if self.last_overriding is not None:
            return self.last_overriding(*args, **kwargs)  # type: ignore[no-any-return]  # of any type
        lifetime = self._lifetime
        if lifetime is None or lifetime.phase is not Phase.STARTED:
            raise NotStartedError(f"{self.phase.value}: {HOW_TO_START}")
        if lifetime.loop is not (_running_loop() or lifetime.loop) or lifetime.loop.is_closed():
            raise NotStartedError(f"started on another event loop: {HOW_TO_START} on this one")
        return lifetime.ready.result()

    @property
    def phase(self) -> Phase:
        """The state of the resource."""
        return self._lifetime.phase if self._lifetime else Phase.IDLE

    @property
    def initialized(self) -> bool:
        """Whether there is something to shut down."""
        return self._lifetime is not None

    def init(self) -> Awaitable[T]:
        """Start, or wait for the start in progress.

        Raises:
            NotStartedError: it is stopping, or the start was cancelled.
            Exception: what the context manager raised on entering.
        """
        return asyncio.get_running_loop().create_task(self._init())

    def shutdown(self) -> Awaitable[None]:
        """Stop; does nothing if nothing is started.

        Raises:
            Exception: what the context manager raised on leaving.
        """
        return asyncio.get_running_loop().create_task(self._shutdown())

    def async_(self, *args: Any, **kwargs: Any) -> Awaitable[T]:
        """The value, after a start in progress has ended; otherwise the same as calling."""
        if self.last_overriding is None and self.phase is Phase.STARTING:
            return self.init()
        return _ready(self(*args, **kwargs))

    async def _init(self) -> T:
        if self.last_overriding is not None:
            return self()
        loop = asyncio.get_running_loop()
        lifetime = self._lifetime
        if lifetime is None or lifetime.loop.is_closed():
            lifetime = self._lifetime = _Lifetime(loop, loop.create_future())
            lifetime.starting = SharedTask(self._open(lifetime), name=f"start of {self.provides!r}")
        if (
            lifetime.phase is not Phase.STARTING
            or lifetime.starting is None
            or lifetime.loop is not loop
        ):
            return self()
        return await lifetime.starting.wait()

    async def _open(self, lifetime: _Lifetime[T]) -> T:
        """Start the task that enters the context manager, and wait for the value."""
        lifetime.task = lifetime.loop.create_task(
            self._run(lifetime), name=f"lifetime of {self.provides!r}"
        )
        either: set[asyncio.Future[Any]] = {lifetime.task, lifetime.ready}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await cancel_and_wait(lifetime.task)
            raise
        if not lifetime.ready.done():
            lifetime.task.result()
        return lifetime.ready.result()

    async def _run(self, lifetime: _Lifetime[T]) -> None:
        try:
            for resource in resources_behind(self):
                if isinstance(started := resource.init(), Awaitable):
                    await started
            async with self._manager() as value:
                lifetime.phase = Phase.STARTED
                lifetime.ready.set_result(value)
                try:
                    await lifetime.stop.wait()
                finally:
                    lifetime.phase = Phase.STOPPING
        finally:
            if self._lifetime is lifetime:
                self._lifetime = None

    def _manager(self) -> AbstractAsyncContextManager[T]:
        arguments = [_resolve(argument) for argument in self.args]
        named = {name: _resolve(argument) for name, argument in self.kwargs.items()}
        if self.provides is None:
            raise NotStartedError("not started: the resource was declared without a function")
        manager: AbstractAsyncContextManager[T] = self.provides(*arguments, **named)
        return manager

    async def _shutdown(self) -> None:
        lifetime = self._lifetime
        if lifetime is None or lifetime.loop.is_closed():
            self._lifetime = None
            return
        if lifetime.loop is not asyncio.get_running_loop():
            raise NotStartedError("started on another event loop: stop it there")
        if lifetime.phase is Phase.STARTING and lifetime.starting is not None:
            await cancel_and_wait(lifetime.starting.task)
        elif lifetime.task is not None:
            lifetime.phase = Phase.STOPPING
            lifetime.stop.set()
            await self._wait_stopped(lifetime, lifetime.task)

    async def _wait_stopped(self, lifetime: _Lifetime[T], task: asyncio.Task[None]) -> None:
        """Wait until the task has ended; if the waiter is cancelled, the task is cancelled too."""
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            if self._lifetime is lifetime:
                self._lifetime = None
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
