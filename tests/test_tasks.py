"""Background tasks end when their waiter is cancelled; the back-off has a limit."""

from __future__ import annotations

import asyncio

import pytest

from prismongo.tasks import back_off, start_background


async def test_a_background_task_ends_though_its_waiter_is_cancelled() -> None:
    tasks: set[asyncio.Task[None]] = set()
    release = asyncio.Event()
    ended = asyncio.Event()

    async def work() -> None:
        await release.wait()
        ended.set()

    async def wait() -> None:
        await asyncio.shield(start_background(work(), tasks))

    waiter = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert len(tasks) == 1

    release.set()
    await ended.wait()
    await asyncio.sleep(0)
    assert not tasks


@pytest.mark.parametrize("attempt", [0, 1, 30, 10_000])
async def test_the_back_off_has_a_limit(attempt: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for _ in range(100):
        await back_off(attempt, 0.01)

    assert len(waits) == 100
    assert max(waits) <= 0.01
