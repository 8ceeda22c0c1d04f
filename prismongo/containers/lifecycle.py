"""Start and stop of a container, with guarantees that dependency-injector does not give.

    async with running(ApplicationContainer()) as container:
        await container.users.service().register("ada", "correct horse")

validate → start the resources one after the other in a fixed order → body → stop in reverse order.
Each step has a time limit. If a start fails, what had started is stopped. Errors of a stop come as
one ExceptionGroup. `stop` stops what was started here and what the container declares, but not what
the container was given: stopping one feature leaves the database open for the others.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from dependency_injector import providers
from prisma.errors import PrismaError
from pydantic import BaseModel, ConfigDict, Field

from prismongo.containers.graph import (
    AnyContainer,
    AnyProvider,
    flat,
    in_order,
    members,
    paths,
    resources_of,
)
from prismongo.containers.validation import validate
from prismongo.errors import NotStartedError
from prismongo.tasks import SharedTask, cancel_and_wait, wait_shielded, wait_with_timeout

ContainerT = TypeVar("ContainerT", bound=AnyContainer)
Resource = providers.BaseResource[Any]

HANDLED = (signal.SIGTERM, signal.SIGINT)
TRACEBACK = "--traceback"

__all__ = ["LifecycleSettings", "running", "start", "stop", "validate"]


class LifecycleSettings(BaseModel):
    """How long each resource may take to start and to stop, in seconds.

    They apply to a container that provides them as `lifecycle`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    start_timeout: float = Field(default=60.0, gt=0)
    stop_timeout: float = Field(default=20.0, gt=0)


@dataclass
class _Run:
    """The state of one container on one event loop."""

    loop: asyncio.AbstractEventLoop
    limits: LifecycleSettings = field(default_factory=LifecycleSettings)
    started: list[Resource] = field(default_factory=list)
    starting: SharedTask[None] | None = None
    stopping: asyncio.Task[None] | None = None


_runs: WeakKeyDictionary[Any, _Run] = WeakKeyDictionary()


@asynccontextmanager
async def running(
    container: ContainerT, *, serve: bool = False, traceback: bool | None = None
) -> AsyncIterator[ContainerT]:
    """Start everything in the container, stop it at the end.

    Args:
        container: an instance of a container.
        serve: for a process that the application owns. SIGTERM and SIGINT cancel the body, which
            may finish its work; then everything stops, and the `async with` ends without an error.
            A second signal cancels that work too. A signal during the start ends the process, and
            so does a start that fails because of a setting or a missing server: with the error
            alone.
        traceback: raise that error with its traceback; None: if the process has `--traceback`
            among its arguments.

    Raises:
        ValidationError: the container is not valid; nothing was opened.
        Exception: the first error of a failed start; what had started was stopped.
        ExceptionGroup: what could not be stopped.
        SystemExit: with `serve`, after what had started was stopped: a signal ended the start (its
            number + 128), or the start failed (the text of the error, status 1).
    """
    with _Signals() if serve else nullcontext() as signals:
        try:
            await start(container)
        except asyncio.CancelledError:
            if signals is not None and signals.taken:
                raise SystemExit(128 + signals.taken[-1]) from None
            raise
        except PrismaError as error:
            if not serve or (TRACEBACK in sys.argv[1:] if traceback is None else traceback):
                raise
            raise SystemExit("\n".join([str(error), *getattr(error, "__notes__", ())])) from error
        try:
            yield container
        finally:
            await stop(container)


async def start(container: AnyContainer) -> None:
    """Validate, then start every resource that is not running, each after those that it needs.

    Several tasks may call it; the start is cancelled only if all of them are.

    Raises:
        ValidationError: the container is not valid; nothing was opened.
        NotStartedError: the container is stopping, or its start was cancelled.
        TimeoutError: a resource took too long.
        Exception: the first error; what this call had started was stopped, in reverse order.
    """
    run = _run_of(container)
    if run.stopping is not None:
        raise NotStartedError("stopping: start it again once it has stopped")
    starting = run.starting
    if starting is None:
        starting = SharedTask(_start(container, run), name="start of a container")
        run.starting = None if starting.task.done() else starting  # as an eager task may be
    await starting.wait()


async def stop(container: AnyContainer) -> None:
    """Stop what runs, in reverse order, each within its time limit; may be called at any moment.

    It runs to its end even if its caller is cancelled.

    Raises:
        ExceptionGroup: what could not be stopped; everything else was.
    """
    run = _run_of(container)
    if run.starting is not None:
        await cancel_and_wait(run.starting.task)
    stopping = run.stopping
    if stopping is None:
        work = _stop(container, run)
        stopping = asyncio.get_running_loop().create_task(
            work, name="stop of a container", context=Context()
        )
        run.stopping = None if stopping.done() else stopping
    await wait_shielded(stopping)


def _run_of(container: AnyContainer) -> _Run:
    key = container.container if isinstance(container, providers.Container) else container
    loop = asyncio.get_running_loop()
    run = _runs.get(key)
    if run is None or run.loop.is_closed():
        run = _runs[key] = _Run(loop)
    if run.loop is not loop:
        raise NotStartedError("started on another event loop: start and stop it there")
    return run


async def _start(container: AnyContainer, run: _Run) -> None:
    before = len(run.started)
    try:
        validate(container)
        run.limits = _limits(container)
        named = paths(container)
        for resource in resources_of(container):
            if not resource.initialized:
                run.started.append(resource)
                name = named.get(resource, repr(resource))
                await wait_with_timeout(
                    resource.init(), run.limits.start_timeout, f"{name} did not start"
                )
    except BaseException as error:
        closing = _close(run.started[before:], run.limits, paths(container))
        for failure in await wait_shielded(asyncio.ensure_future(closing)):
            error.add_note(f"And while stopping what had started: {failure!r}")
        del run.started[before:]
        raise
    finally:
        run.starting = None


async def _stop(container: AnyContainer, run: _Run) -> None:
    try:
        declared = {*flat(container), *run.started}
        resources = [resource for resource in resources_of(container) if resource in declared]
        # Overridden while they ran, so they are not in the graph any more.
        hidden = [resource for resource in run.started if resource not in resources]
        failures = await _close([*hidden, *resources], run.limits, paths(container))
    finally:
        run.started.clear()
        run.stopping = None
        _forget_singletons(container)
    if failures:
        raise ExceptionGroup("Not everything could be stopped", failures)


async def _close(
    resources: Sequence[Resource], limits: LifecycleSettings, named: Mapping[AnyProvider, str]
) -> list[Exception]:
    """Shut resources down, the last one first; returns the errors."""
    failures: list[Exception] = []
    for resource in reversed(resources):
        name = named.get(resource, repr(resource))
        try:
            await wait_with_timeout(
                resource.shutdown(), limits.stop_timeout, f"{name} did not stop"
            )
        except Exception as error:  # noqa: BLE001  collected: the others must still close
            error.add_note(f"While stopping {name}")
            failures.append(error)
    return failures


def _forget_singletons(container: AnyContainer) -> None:
    """Reset every singleton that may hold the value of a stopped resource, or a fake."""
    for provider in in_order(flat(container)):
        if isinstance(provider, providers.BaseSingleton):
            behind = provider.traverse(types=[providers.BaseResource])
            if any(not resource.initialized for resource in behind):
                provider.reset()


def _limits(container: AnyContainer) -> LifecycleSettings:
    provider = members(container).get("lifecycle")
    settings = provider() if provider is not None else None
    return settings if isinstance(settings, LifecycleSettings) else LifecycleSettings()


class _Signals:
    """SIGTERM and SIGINT cancel the task that enters; leaving ends that cancellation."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    def __enter__(self) -> _Signals:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        for number in HANDLED:
            self._loop.add_signal_handler(number, self._take, number)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        for number in HANDLED:
            self._loop.remove_signal_handler(number)
        if self._task is None or not self.taken:
            return False
        for _number in self.taken:
            self._task.uncancel()
        if self._task.cancelling():  # by somebody else, too
            return False
        return kind is not None and issubclass(kind, asyncio.CancelledError)

    def _take(self, number: int) -> None:
        if self._task is not None:
            self.taken.append(number)
            self._task.cancel()
