"""Measures import, start, and resolving a service."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Final

from pymongo import AsyncMongoClient

from benchmarks.data import Document
from benchmarks.figure import Figure
from containers import ApplicationContainer
from database import DatabaseSettings
from prismongo.containers.lifecycle import start, stop

KEEP_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"
IMPORT_REACH_MS: Final = 400.0

COLD: Final = """
import gc, time
import pymongo, pydantic, prisma, prisma.client, prisma.models, prisma.types
gc.freeze()  # going through what those have made is theirs too
began = time.perf_counter()
from containers import ApplicationContainer, running
from database import DatabaseService, DatabaseSettings
print((time.perf_counter() - began) * 1000)
"""


WITHOUT_FASTAPI: Final = "import sys; sys.modules['fastapi'] = None"


def cold_import(runs: int) -> list[Figure]:
    """A process of its own each time; the least, for whatever else runs only adds to it.

    dependency-injector imports FastAPI where it is installed, as it is for our tests.
    """
    name = "cold import of `containers` and `database`, beyond PyMongo, pydantic and the client"
    alone = min(_import_ms(WITHOUT_FASTAPI + COLD) for _ in range(runs))
    beside = min(_import_ms(COLD) for _ in range(runs))
    return [
        Figure(name, alone, "ms", IMPORT_REACH_MS),
        Figure(
            "the same where FastAPI is installed, which dependency-injector imports", beside, "ms"
        ),
    ]


async def starts(url: str, runs: int) -> list[Figure]:
    """From `running()` to ready on a given server, the check of its indexes included."""
    containers = [_container(url) for _ in range(runs + 1)]
    taken = [await _start_ms(container) for container in containers]
    driver = [await _ping_ms(url) for _ in range(runs)]
    return [
        Figure("from `running()` to ready, the first in a process", taken[0], "ms"),
        Figure("from `running()` to ready, after that", median(taken[1:]), "ms"),
        Figure("PyMongo from a new client to its first answer", median(driver), "ms"),
    ]


async def resolving(url: str, times: int) -> list[Figure]:
    """Services of a container that runs."""
    container = _container(url)
    await start(container)
    try:
        return [
            Figure(
                "`container.users.service()`", _nanoseconds(container.users.service, times), "ns"
            ),
            Figure(
                "`container.database.service()`",
                _nanoseconds(container.database.service, times),
                "ns",
            ),
        ]
    finally:
        await stop(container)


def _import_ms(script: str) -> float:
    """The bytecode is kept, as it is where an application is installed."""
    command, environment = [sys.executable, "-c", script], {**os.environ, KEEP_BYTECODE: ""}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _container(url: str) -> ApplicationContainer:
    container = ApplicationContainer()
    container.database_settings.override(DatabaseSettings(url=url))
    return container


async def _start_ms(container: ApplicationContainer) -> float:
    began = time.perf_counter()
    await start(container)
    ready = time.perf_counter() - began
    await stop(container)
    return ready * 1000


async def _ping_ms(url: str) -> float:
    began = time.perf_counter()
    async with AsyncMongoClient[Document](url, tz_aware=True) as client:
        await client.admin.command("ping")
        return (time.perf_counter() - began) * 1000


def _nanoseconds(provider: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        provider()
    return (time.perf_counter() - began) / times * 1e9
