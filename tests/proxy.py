"""A loopback proxy in front of a server, whose connections can be cut, also in mid-operation."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Self

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Listens on a port of its own while entered.

    Args:
        host, port: of the server.

    Attributes:
        port: where it listens.
        latency: how long each way takes, in seconds.
        losses: the share of commands whose connection breaks: half of them before the server gets
            the command, half of them after that.
        lost: how many commands were lost so far, by `lose` and `losses`.
        refused: how many connections were refused so far, after `close`.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_open = True
        self._passing = asyncio.Event()
        self._passing.set()
        self._losing: tuple[bytes, bool, int] = (b"", False, 0)
        self._links: set[_Link] = set()
        self._random = random.Random(1)  # noqa: S311 - a test's choices
        self.port = 0
        self.latency = 0.0
        self.losses = 0.0
        self.lost = 0
        self.refused = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.thaw()
        self.cut()
        while self._writers:
            await asyncio.sleep(0.01)

    def cut(self) -> None:
        """Break all connections."""
        for writer in self._writers:
            writer.transport.abort()

    def close(self) -> None:
        """Break all connections, and those to come."""
        self._is_open = False
        self.cut()

    def open(self) -> None:
        """Let connections through again."""
        self._is_open = True

    def freeze(self) -> None:
        """Pass nothing on any more; the connections stay, as where packets are lost."""
        self._passing.clear()

    def thaw(self) -> None:
        """Pass on again, what was held back too."""
        self._passing.set()

    def silence(self) -> None:
        """Pass nothing on any more over the connections of now, which stay half open."""
        for link in self._links:
            link.is_silent = True

    def lose(self, command: str, *, answer: bool = False, times: int = 1) -> None:
        """Break the connection over which this command comes next.

        Args:
            command: its name: `insert`.
            answer: whether the server still gets it, and only its answer is lost.
            times: how often.
        """
        self._losing = (command.encode() + b"\0", answer, times)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_open:
            self.refused += 1
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, there_writer}
        link = _Link(self, (reader, writer), (there_reader, there_writer))
        self._links.add(link)
        try:
            await asyncio.gather(link.ask(), link.answer())
        finally:
            self._links.discard(link)
            self._writers -= {writer, there_writer}

    def _loses(self, content: bytes) -> bool | None:
        """Whether what is asked is to be lost: True its answer, False itself, None neither."""
        if self._random.random() < self.losses:
            self.lost += 1
            return self._random.random() < 0.5
        command, answer, times = self._losing
        if not times or command not in content:
            return None
        self._losing = (command, answer, times - 1)
        self.lost += 1
        return answer


class _Link:
    """One connection of a client's, and ours to the server."""

    def __init__(self, proxy: Proxy, here: Streams, there: Streams) -> None:
        self._proxy = proxy
        self._here = here
        self._there = there
        self._loses_answer = False
        self.is_silent = False

    async def ask(self) -> None:
        """What the client says."""
        reader, writer = self._here[0], self._there[1]
        with suppress(OSError):
            while content := await reader.read(65_536):
                await self._pass()
                if self.is_silent:
                    continue
                loses = self._proxy._loses(content)
                self._loses_answer = self._loses_answer or bool(loses)
                if loses is False:
                    self._break()
                    return
                writer.write(content)
                await writer.drain()
        writer.close()

    async def answer(self) -> None:
        """What the server says."""
        reader, writer = self._there[0], self._here[1]
        with suppress(OSError):
            while content := await reader.read(65_536):
                await self._pass()
                if self.is_silent:
                    continue
                if self._loses_answer:
                    self._break()
                    return
                writer.write(content)
                await writer.drain()
        writer.close()

    async def _pass(self) -> None:
        await self._proxy._passing.wait()
        if self._proxy.latency:
            await asyncio.sleep(self._proxy.latency)

    def _break(self) -> None:
        for _, writer in (self._here, self._there):
            writer.transport.abort()
