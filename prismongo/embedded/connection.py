"""Sends commands over one connection to one mongod, to prepare it. Below mongod.py.

Reason not to use PyMongo's client: it connects in the background, and if it is closed meanwhile, as
by a cancelled start, it leaves an open socket to the garbage collector (seen with 4.20).
The protocol has one kind of message: the MongoDB manual, "Wire Protocol", OP_MSG.
"""

from __future__ import annotations

import asyncio
import struct
from types import TracebackType
from typing import Any, Self

import bson
from pymongo.errors import OperationFailure

OP_MSG = 2013
HEADER = struct.Struct("<iiii")  # length, request, request answered, kind
SECTION = struct.Struct("<IB")  # flags, section kind 0: one document


class DirectConnection:
    """An open connection, as `async with` gives it."""

    def __init__(self, host: str, port: int) -> None:
        """Stores the address; `async with` connects."""
        self._host = host
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()

    async def command(self, command: dict[str, Any], database: str = "admin") -> dict[str, Any]:
        """Send a command and return the server's reply. One command at a time.

        Raises:
            OperationFailure: the server refuses it.
            OSError, EOFError: the connection broke.
        """
        body = bson.encode({**command, "$db": database, "$readPreference": {"mode": "nearest"}})
        length = HEADER.size + SECTION.size + len(body)
        self._writer.write(HEADER.pack(length, 1, 0, OP_MSG) + SECTION.pack(0, 0) + body)
        await self._writer.drain()
        answer = await self._answer()
        if not answer["ok"]:
            raise OperationFailure(answer["errmsg"], answer["code"], answer)
        return answer

    async def _answer(self) -> dict[str, Any]:
        length, _, _, _ = HEADER.unpack(await self._reader.readexactly(HEADER.size))
        content = await self._reader.readexactly(length - HEADER.size)
        return bson.decode(content[SECTION.size :])
