"""Mongod: a local mongod that ends with this process.

Used by `database.embedded`, by the pytest plugin, and by `prismongo mongod`.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from pymongo.errors import OperationFailure

from prismongo.embedded.binary import find_binary
from prismongo.embedded.connection import DirectConnection
from prismongo.embedded.process import GuardedProcess
from prismongo.errors import ConnectionError, NotStartedError

HOST = "127.0.0.1"
REPLICA_SET = "rs0"
LOG_FILE = "mongod.log"
LINES_SHOWN = 8
POLL = 0.01  # seconds
LISTENING = re.compile(r'"msg":"Waiting for connections","attr":\{"port":(\d+)')
# Errors and fatal errors in JSON; and lines without JSON: of the command line, of the linker.
TROUBLE = re.compile(r'^[^{]|^\{.*"s":"[EF]"')
ALREADY_INITIALIZED = 23
LOW_FOOTPRINT = (
    "--nounixsocket",
    *("--wiredTigerCacheSizeGB", "0.25"),
    *("--setParameter", "diagnosticDataCollectionEnabled=false"),
)
OPLOG_MEGABYTES = 256


class Mongod:
    """A mongod on a loopback port: a replica set of one node, or a standalone server.

    `start` and `stop` may run on different event loops. The server belongs to the process that
    started it: in a forked process `stop` does nothing.
    """

    def __init__(
        self,
        *,
        binary: Path | None = None,
        data: Path | None = None,
        port: int = 0,
        standalone: bool = False,
        member: bool = False,
        oplog_megabytes: int = OPLOG_MEGABYTES,
        arguments: Sequence[str] = (),
        start_timeout: timedelta = timedelta(seconds=30),
    ) -> None:
        """Stores the arguments; nothing is searched or started.

        Args:
            binary: the mongod to run; None searches as `find_binary` does.
            data: the data directory, which is not removed; None: a temporary one.
            port: 0 means a free port, chosen by the system when the server binds it.
            standalone: no replica set: no transactions, no change streams.
            member: it waits until it is made a member of a replica set of several nodes.
            oplog_megabytes: how much history it keeps for change streams.
            arguments: more arguments for mongod, such as `--syncdelay`.
            start_timeout: from the start of the process until the server accepts writes.
        """
        self._binary = binary
        self._data = data.expanduser().absolute() if data else None
        self._wanted_port = port
        self._standalone = standalone
        self._member = member
        self._oplog_megabytes = oplog_megabytes
        self._arguments = tuple(arguments)
        self._start_timeout = start_timeout
        self._directory = Path()
        self._process: GuardedProcess | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether the server runs; False before start, after stop and after a crash."""
        return self._process is not None and self._process.is_running

    @property
    def directory(self) -> Path:
        """The directory of its data and its log, while it runs."""
        return self._directory

    @property
    def port(self) -> int:
        """The port it listens on.

        Raises:
            NotStartedError: before start, after stop.
        """
        if not self._port:
            raise NotStartedError("The embedded mongod is not running: start it first.")
        return self._port

    def url(self, database: str) -> str:
        """The connection string for the database of that name on this server.

        Raises:
            NotStartedError: before start, after stop.
        """
        options = "directConnection=true" if self._standalone else f"replicaSet={REPLICA_SET}"
        return f"mongodb://{HOST}:{self.port}/{quote(database, safe='')}?{options}"

    async def start(self) -> None:
        """Start the server; does nothing if it was started.

        Returns when it accepts writes; with `member` when it listens.

        A start that fails or is cancelled leaves no process and no directory.

        Raises:
            MongodNotFoundError: there is no binary to run.
            ConnectionError: P1001, the server ended or took too long; with lines of its log.
        """
        if self._process is not None:
            return
        binary = await asyncio.to_thread(find_binary, self._binary)
        try:
            self._spawn(binary)
            async with asyncio.timeout(self._start_timeout.total_seconds()):
                await self._make_ready()
        except TimeoutError as error:
            failure = self._failure(f"was not ready within {self._start_timeout}")
            await self.stop()
            raise failure from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the server, wait until it has ended, and remove a temporary directory.

        Does nothing before start, after stop and in a forked process. If the wait is cancelled, the
        server ends all the same.
        """
        process, self._process, self._port = self._process, None, 0
        if process is not None:
            await process.end()

    async def wait(self) -> None:
        """Wait until the server has ended, for any reason."""
        while self.is_running:
            await asyncio.sleep(0.1)

    def _spawn(self, binary: Path) -> None:
        if self._data:
            self._data.mkdir(parents=True, exist_ok=True)
        temporary = None if self._data else Path(tempfile.mkdtemp(prefix="prismongo-mongod-"))
        self._directory = self._data or temporary or Path()
        try:
            self._process = GuardedProcess(
                self._command(binary), output=self._directory / LOG_FILE, remove=temporary
            )
        except OSError:
            if temporary:
                shutil.rmtree(temporary)
            raise

    def _command(self, binary: Path) -> list[str]:
        place = ["--dbpath", str(self._directory), "--bind_ip", HOST]
        port = ["--port", str(self._wanted_port)]
        member = ["--replSet", REPLICA_SET, "--oplogSize", str(self._oplog_megabytes)]
        kind = [] if self._standalone else member
        return [str(binary), *place, *port, *LOW_FOOTPRINT, *kind, *self._arguments]

    async def _make_ready(self) -> None:
        self._port = await self._listening_port()
        try:
            async with DirectConnection(HOST, self._port) as connection:
                if self._member:
                    return
                if not self._standalone:
                    await _initiate(connection, f"{HOST}:{self._port}")
                while not (await connection.command({"hello": 1}))["isWritablePrimary"]:
                    await asyncio.sleep(POLL)
        except (OSError, EOFError, OperationFailure) as error:
            raise self._failure(f"could not be made ready: {error}") from error

    async def _listening_port(self) -> int:
        """The port, read from the server's log: with port 0 it binds a free one and logs it."""
        while not (found := LISTENING.search(self._log())):
            if not self.is_running:
                raise self._failure("ended while starting")
            await asyncio.sleep(POLL)
        return int(found[1])

    def _log(self) -> str:
        return (self._directory / LOG_FILE).read_text(errors="replace")

    def _failure(self, what: str) -> ConnectionError:
        lines = self._log().splitlines()
        telling = [line for line in lines if TROUBLE.search(line)] or lines
        end = "\n".join(telling[-LINES_SHOWN:])
        message = f"The embedded mongod {what}. Its log says:\n{end}"
        return ConnectionError(message, code="P1001", meta={"host": HOST, "port": self._port})


async def _initiate(connection: DirectConnection, address: str) -> None:
    """Make the server a replica set, or correct the address of an existing one."""
    member = {"_id": 0, "host": address}
    try:
        await connection.command({"replSetInitiate": {"_id": REPLICA_SET, "members": [member]}})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise
        found = await connection.command({"find": "system.replset"}, database="local")
        config = found["cursor"]["firstBatch"][0]
        if [each["host"] for each in config["members"]] != [address]:
            config |= {"members": [member], "version": config["version"] + 1}
            await connection.command({"replSetReconfig": config, "force": True})
