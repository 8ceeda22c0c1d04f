"""One embedded server for the workers of one parent: a second one would have data of its own.

uvicorn starts its workers by multiprocessing, gunicorn and Celery fork them. Each would start a
server, and each would know a part of the data. A lock per parent and database lets only the first
do so.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prismongo.errors import ConfigurationError

_IMPORTED_BY: Final = os.getpid()
"""Another process than this one, if it was forked after the application was imported."""


@contextmanager
def one_of_all(database: str) -> Iterator[None]:
    """Hold the right of this process to start the server; a process without siblings has it.

    Args:
        database: the name of the database: those of other names are for other applications.

    Raises:
        ConfigurationError: another worker of the same parent has an embedded server.
    """
    parent = _parent()
    if parent is None:
        yield
        return
    import fcntl  # Windows has none, and the package of the embedded server neither

    path = _lock_file(parent, database)
    file = _locked_file(path, parent)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        fcntl.flock(file, fcntl.LOCK_UN)  # a process that was forked may hold the file open
        os.close(file)


def _locked_file(path: Path, parent: int) -> int:
    """The file, locked. One that its worker has removed meanwhile holds nobody off."""
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        is_there = False
        try:
            _lock(file, parent)
            is_there = _is_at(path, file)
        finally:
            if not is_there:
                os.close(file)
        if is_there:
            return file


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _lock(file: int, parent: int) -> None:
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigurationError(
            f"Another worker of process {parent} has started an embedded server; this one's would "
            "have other data. Start one server for all workers: run `prismongo mongod`, set "
            "DATABASE_URL to what it prints, and unset DATABASE_EMBEDDED. Or run one worker."
        ) from None


def _parent() -> int | None:
    """The process that this one is a worker of, as far as it can be known."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        return parent.pid
    if os.getpid() != _IMPORTED_BY:
        return _IMPORTED_BY
    is_forked = os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn/")
    return os.getppid() if is_forked else None


def _lock_file(parent: int, database: str) -> Path:
    name = hashlib.sha256(f"{os.getuid()} {database}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"prismongo-worker-{parent}-{name}.lock"
