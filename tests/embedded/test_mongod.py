"""The embedded server: it starts, it is what its URL says, and it never outlives its process."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import OperationFailure

from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConnectionError, NotStartedError
from tests.clock import Clock
from tests.processes import is_alive, line_of, process_id, running, until
from tests.waiting import PATIENCE


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory in which servers of this test make theirs."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_it_is_a_replica_set_with_transactions_and_change_streams(mongo_url: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        hello = await client.admin.command("hello")
        messages = client.get_default_database()["messages"]
        async with (
            await messages.watch() as changes,
            client.start_session() as session,
            await session.start_transaction(),
        ):
            await messages.insert_one({"text": "hi"}, session=session)
            await session.commit_transaction()
            change = await changes.next()

    assert (hello["setName"], hello["isWritablePrimary"]) == ("rs0", True)
    assert change["fullDocument"]["text"] == "hi"


async def test_stopping_leaves_no_process_and_no_directory(temporary: Path) -> None:
    async with Mongod() as server:
        process = process_id(server.directory)
        assert server.is_running
        assert [server.directory] == list(temporary.iterdir())

    assert not server.is_running
    assert not is_alive(process)
    assert list(temporary.iterdir()) == []


async def test_start_and_stop_may_be_repeated(temporary: Path) -> None:
    server = Mongod()
    await server.stop()
    with pytest.raises(NotStartedError):
        server.url("kraken")
    for _ in range(2):
        await server.start()
        await server.start()
        assert len(list(temporary.iterdir())) == 1
        await server.stop()
        await server.stop()

    with pytest.raises(NotStartedError):
        _ = server.port
    assert list(temporary.iterdir()) == []


async def test_servers_started_at_once_do_not_meet() -> None:
    async with Mongod() as one, Mongod() as other:
        assert one.port != other.port
        assert one.directory != other.directory
        assert process_id(one.directory) != process_id(other.directory)


async def test_data_that_is_kept_is_there_again(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    ports = set()
    for count in range(3):
        async with Mongod(data=data) as server:
            ports.add(server.port)
            async with AsyncMongoClient[dict[str, Any]](server.url("kraken")) as client:
                notes = client.get_default_database()["notes"]
                assert await notes.count_documents({}) == count
                await notes.insert_one({})
        assert data.is_dir()

    assert len(ports) > 1


async def test_a_standalone_server_has_no_transactions() -> None:
    async with (
        Mongod(standalone=True) as server,
        AsyncMongoClient[dict[str, Any]](server.url("kraken")) as client,
    ):
        notes = client.get_default_database()["notes"]
        await notes.insert_one({})
        with pytest.raises(OperationFailure, match="replica set member"):
            async with client.start_session() as session, await session.start_transaction():
                await notes.insert_one({}, session=session)


@pytest.mark.parametrize("moment", ["spawned", "listening"])
async def test_a_cancelled_start_leaves_nothing(temporary: Path, moment: str) -> None:
    server = Mongod()
    starting = asyncio.create_task(server.start())
    while not (server.is_running and (moment == "spawned" or is_listening(server))):
        await asyncio.sleep(0)
    starting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not server.is_running
    assert list(temporary.iterdir()) == []


async def test_a_server_that_ends_at_once_says_why(temporary: Path) -> None:
    binary = script(temporary / "mongod", "echo out of luck >&2; exit 14")

    with pytest.raises(ConnectionError, match=r"(?s)ended while starting.*out of luck") as caught:
        await Mongod(binary=binary).start()

    assert caught.value.code == "P1001"
    assert list(temporary.iterdir()) == [binary]


async def test_a_server_that_is_never_ready_is_given_up(temporary: Path, clock: Clock) -> None:
    binary = script(temporary / "mongod", "echo $$ > ${0%mongod}pid; exec sleep 600")
    server = Mongod(binary=binary, start_timeout=timedelta(seconds=60))
    starting = asyncio.ensure_future(server.start())
    while not (temporary / "pid").exists() or not (temporary / "pid").read_text():
        await asyncio.sleep(0.01)
    clock.advance(60)

    with pytest.raises(ConnectionError, match="was not ready within 0:01:00"):
        await starting

    assert not is_alive(int((temporary / "pid").read_text()))
    assert {path.name for path in temporary.iterdir()} == {"mongod", "pid"}


async def test_a_port_that_is_taken_is_said(mongod: Mongod, temporary: Path) -> None:
    with pytest.raises(ConnectionError, match="Address already in use"):
        await Mongod(port=mongod.port).start()

    assert list(temporary.iterdir()) == []


async def test_a_server_that_dies_is_noticed(temporary: Path) -> None:
    async with Mongod() as server:
        os.kill(process_id(server.directory), signal.SIGKILL)
        await asyncio.wait_for(server.wait(), PATIENCE)
        assert not server.is_running

    assert list(temporary.iterdir()) == []


def test_a_killed_process_leaves_no_server() -> None:
    # The server is started on a thread that ends: nothing may hang on that thread.
    source = """
import asyncio, threading, time
from prismongo.embedded.mongod import Mongod
server = Mongod()
thread = threading.Thread(target=lambda: asyncio.run(server.start()))
thread.start()
thread.join()
print(server.directory, flush=True)
time.sleep(600)
"""
    with running(["-c", source]) as program:
        directory = Path(line_of(program))
        process = process_id(directory)
        assert is_alive(process)
        program.kill()

    until(lambda: not is_alive(process) and not directory.exists())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_it_until_a_signal(number: int, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(["-m", "prismongo", "mongod", "--data", str(data)]) as program:
        url = line_of(program)
        process = process_id(data)
        with MongoClient[dict[str, Any]](url) as client:
            client.get_default_database()["notes"].insert_one({})
        program.send_signal(number)
        assert program.wait(PATIENCE) == 0

    assert not is_alive(process)
    assert data.is_dir()


def test_the_command_says_when_the_server_died(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(["-m", "prismongo", "mongod", "--data", str(data)]) as program:
        line_of(program)
        os.kill(process_id(data), signal.SIGKILL)
        assert program.wait(PATIENCE) == 1


def is_listening(server: Mongod) -> bool:
    try:
        return server.port > 0
    except NotStartedError:
        return False


def script(path: Path, text: str) -> Path:
    """An executable that stands for a mongod which misbehaves."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path
