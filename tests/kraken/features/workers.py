"""The example under uvicorn with two workers: `python -m tests.kraken.features.workers PORT URL`.

Each worker prints its process id once it can be asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from docs.examples import channel_socket


def create_app() -> FastAPI:
    app = channel_socket.create_app()
    whole = app.router.lifespan_context

    @asynccontextmanager
    async def printing(app: FastAPI) -> AsyncIterator[Any]:
        async with whole(app) as state:
            print(os.getpid(), flush=True)  # noqa: T201
            yield state

    app.router.lifespan_context = printing
    return app


if __name__ == "__main__":
    os.environ |= {"DATABASE_URL": sys.argv[2], "SCHEMA_ON_START": "ignore"}
    uvicorn.run(
        f"{__spec__.name}:create_app",
        factory=True,
        port=int(sys.argv[1]),
        workers=2,
        timeout_worker_healthcheck=3600,  # the test stops a worker for a while
        log_level="warning",
    )
