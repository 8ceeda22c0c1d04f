"""docs/examples/channel_socket.py under uvicorn with two workers, which share one database.

While one worker stands still, the other takes what comes: so each request is sure of its worker.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from httpx import AsyncClient
from websockets.asyncio.client import connect

from tests import processes
from tests.application import pushed_url, settings_pushed
from tests.waiting import PATIENCE

__all__ = ["pushed_url", "settings_pushed"]

Workers = tuple[int, int]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture
async def workers(port: int, pushed_url: str, settings_pushed: object) -> AsyncIterator[Workers]:
    """The process ids of the two workers."""
    arguments = ["-m", "tests.kraken.features.workers", str(port), pushed_url]
    with processes.running(arguments) as program:
        first = await asyncio.to_thread(processes.line_of, program)
        second = await asyncio.to_thread(processes.line_of, program)
        yield int(first), int(second)


@contextmanager
def standing_still(worker: int) -> Iterator[None]:
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


async def post(port: int, path: str, data: dict[str, str]) -> Any:
    """What is created. Each request has a connection of its own."""
    async with AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http:
        answer = await http.post(path, json=data)
    assert answer.status_code == 201
    return answer.json()


async def test_a_message_posted_to_one_worker_is_seen_over_a_socket_of_the_other(
    workers: Workers, port: int
) -> None:
    ada = await post(port, "/users", {"username": "ada", "password": "correct horse"})
    community = await post(port, "/communities", {"name": "Engines", "owner_id": ada["id"]})
    path = f"/channels/{community['channels'][0]['id']}"
    url = f"ws://127.0.0.1:{port}{path}/events"
    for number, (one, other) in enumerate([workers, workers[::-1]]):
        with standing_still(other):
            client = await connect(url, proxy=None, compression=None, open_timeout=PATIENCE)
        with standing_still(one):
            draft = {"author_id": ada["id"], "content": str(number)}
            message = await post(port, f"{path}/messages", draft)
        async with client, asyncio.timeout(PATIENCE):
            told = json.loads(await client.recv())
        assert (told["message"]["id"], told["message"]["content"]) == (message["id"], str(number))
