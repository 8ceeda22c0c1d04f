"""Tasks that end whoever waits for them; below home.py, run.py and sessions.py."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


def keep(work: Coroutine[Any, Any, None], under_way: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    """Begin `work`; its task stays in `under_way` to its end.

    The event loop itself only remembers tasks weakly.
    """
    task = asyncio.ensure_future(work)
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    return task
