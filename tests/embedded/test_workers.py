"""Of the workers of one parent, one starts the embedded server, and the others say what to do."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from prismongo.embedded import workers
from prismongo.embedded.workers import one_of_all
from prismongo.errors import ConfigurationError

SPAWN = multiprocessing.get_context("spawn")


def hold(database: str, connection: Connection) -> None:
    """What a worker does: it says what became of its start, and stops when it is told to."""
    try:
        with one_of_all(database):
            connection.send("started")
            connection.recv()
    except ConfigurationError as error:
        connection.send(str(error))


@contextmanager
def worker(database: str) -> Iterator[str]:
    """What a new worker said; it runs until the end of the block."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=hold, args=(database, theirs))
    process.start()
    try:
        yield ours.recv()
        ours.send("stop")
        process.join()
    finally:
        process.kill()
        process.join()


def test_the_second_worker_is_told_what_to_do() -> None:
    with worker("kraken") as first, worker("kraken") as second:
        assert first == "started"
        assert f"Another worker of process {os.getpid()}" in second
        assert "prismongo mongod" in second


def test_workers_of_two_databases_are_of_two_applications() -> None:
    with worker("kraken") as first, worker("bookshop") as second:
        assert first == second == "started"


def test_one_after_the_other_may() -> None:
    for _ in range(2):
        with worker("kraken") as said:
            assert said == "started"


def test_a_worker_that_was_killed_leaves_the_place_free() -> None:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=hold, args=("kraken", theirs))
    process.start()
    assert ours.recv() == "started"
    process.kill()
    process.join()
    with worker("kraken") as said:
        assert said == "started"


def test_a_forked_worker_of_gunicorn_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "gunicorn/23.0.0")
    with (
        one_of_all("kraken"),
        pytest.raises(ConfigurationError, match="Another worker"),
        one_of_all("kraken"),
    ):
        pytest.fail("it started")
    with one_of_all("kraken"):
        pass


def test_workers_that_are_forked_after_the_import_too() -> None:
    """As Celery does, and `gunicorn --preload`."""
    said = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["started", "refused", "refused"]


FORKING = """
import os
from prismongo.embedded.workers import one_of_all
from prismongo.errors import ConfigurationError

def forked():
    told, tell = os.pipe()
    if not os.fork():
        os.close(told)
        os.close(go)
        try:
            with one_of_all("kraken"):
                os.write(tell, b"started")
                os.read(wait, 1)
        except ConfigurationError:
            os.write(tell, b"refused")
        os._exit(0)
    os.close(tell)
    print(os.read(told, 10).decode())

wait, go = os.pipe()
for _ in range(3):
    forked()
os.close(go)
"""


def test_a_process_without_siblings_starts_as_many_as_it_likes() -> None:
    with one_of_all("kraken"), one_of_all("kraken"):
        pass


def test_a_lock_of_a_worker_that_has_just_stopped_is_taken_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was opened before the other worker removed it, and locked after that."""
    monkeypatch.setenv("SERVER_SOFTWARE", "gunicorn/23.0.0")
    lock, paths = workers._lock, list[Path]()

    def removed_before(file: int, parent: int) -> None:
        if not paths:
            paths.append(workers._lock_file(parent, "kraken"))
            paths[0].unlink()
        lock(file, parent)

    monkeypatch.setattr(workers, "_lock", removed_before)
    with (
        one_of_all("kraken"),
        pytest.raises(ConfigurationError, match="Another worker"),
        one_of_all("kraken"),
    ):
        pytest.fail("it started")
    assert not paths[0].exists()
