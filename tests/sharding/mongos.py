"""A loopback proxy that makes a mongod look like the mongos of a sharded cluster.

It answers `hello` as a mongos does, keeps which collections are sharded, and refuses what a
sharded cluster refuses: writes of one record without the shard key (61), changes of a key by a
write of many (72), joins with sharded collections where the release does not have them (28769).
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from typing import Any, Self

import bson

from tests.sharding.keys import equalities, touched, writes

Document = dict[str, Any]

_HEADER = struct.Struct("<iiii")
_MESSAGE, _REPLY = 2013, 1
_OF_A_REPLICA_SET = (
    *("setName", "setVersion", "hosts", "primary", "me", "secondary", "electionId", "passives"),
    *("lastWrite", "topologyVersion", "arbiters", "tags"),
)
NAMES = {61: "ShardKeyNotFound", 72: "InvalidOptions", 28769: "NamespaceCannotBeSharded"}


class Mongos:
    """Listens on a port of its own while entered.

    Args:
        host, port: of the server.
        wire_version: what it says in `hello`, if not what the server says: 13 is MongoDB 5.0.

    Attributes:
        port: where it listens.
        keys: namespace → the shard key, as `shardCollection` has given it.
        refused: the codes of what it has refused.
        commands: the names of the commands that it has answered itself.
    """

    def __init__(self, host: str, port: int, *, wire_version: int | None = None) -> None:
        self._target = (host, port)
        self._wire_version = wire_version
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.keys: dict[str, Document] = {}
        self.refused: list[int] = []
        self.commands: list[str] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        while self._writers:
            await asyncio.sleep(0.01)

    def url(self, database: str) -> str:
        """The URL of a database."""
        return f"mongodb://127.0.0.1:{self.port}/{database}?serverMonitoringMode=poll"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, there_writer}
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    await self._one(await _read(reader), there_reader, there_writer, writer)
        finally:
            for each in (writer, there_writer):
                each.transport.abort()
            self._writers -= {writer, there_writer}

    async def _one(
        self,
        message: bytes,
        there_reader: asyncio.StreamReader,
        there_writer: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        command = _command(message)
        reply = None if command is None else self._own_reply(command)
        if reply is not None:
            answer = _message(reply, message)
        else:
            there_writer.write(message)
            await there_writer.drain()
            answer = self._as_mongos(await _read(there_reader))
        writer.write(answer)
        await writer.drain()

    # --- what it answers itself ---

    def _own_reply(self, command: Document) -> Document | None:
        name = next(iter(command))
        reply: Document | None = None
        if name == "shardCollection":
            self.keys[command[name]] = dict(command["key"])
            reply = {"ok": 1.0, "collectionsharded": command[name]}
        elif name == "enableSharding":
            reply = {"ok": 1.0}
        elif name == "find" and (command["$db"], command[name]) == ("config", "collections"):
            wanted = command["filter"]["_id"]["$in"]
            found = [{"_id": ns, "key": self.keys[ns]} for ns in wanted if ns in self.keys]
            batch = {"id": bson.Int64(0), "ns": "config.collections", "firstBatch": found}
            reply = {"ok": 1.0, "cursor": batch}
        if reply is not None:
            self.commands.append(name)
            return reply
        return self._refusal(name, command)

    def _refusal(self, name: str, command: Document) -> Document | None:
        code = self._why_not(name, command)
        if code is None:
            return None
        self.refused.append(code)
        if name in ("update", "delete"):
            errors = [{"index": 0, "code": code, "errmsg": "refused by the mongos of the tests"}]
            return {"ok": 1.0, "n": 0, "writeErrors": errors}
        return {"ok": 0.0, "code": code, "codeName": NAMES[code], "errmsg": NAMES[code]}

    def _why_not(self, name: str, command: Document) -> int | None:
        if name == "aggregate":
            return 28769 if self._joins(command, command["pipeline"]) else None
        key = self.keys.get(f"{command.get('$db')}.{command[name]}", {})
        for filter_, update, is_of_one in writes(command) if key else ():
            if is_of_one and not set(key) <= equalities(filter_):
                return 61
            if name == "update" and not set(key).isdisjoint(touched(update)):
                return 72
        return None

    def _joins(self, command: Document, stages: list[Document]) -> bool:
        """Whether a pipeline joins a sharded collection, where this release forbids it."""
        in_transaction = command.get("autocommit") is False
        is_old = self._wire_version is not None and self._wire_version < 14
        joined = list(_lookups(stages))
        sharded = any(f"{command['$db']}.{name}" in self.keys for name in joined)
        return sharded and (in_transaction or is_old)

    # --- what the server answers ---

    def _as_mongos(self, message: bytes) -> bytes:
        code = _HEADER.unpack_from(message)[3]
        start = 16 + (20 if code == _REPLY else 5)
        if code not in (_REPLY, _MESSAGE) or b"maxWireVersion\0" not in message:
            return message
        hello = bson.decode(message[start:])
        for name in _OF_A_REPLICA_SET:
            hello.pop(name, None)
        hello["msg"] = "isdbgrid"
        if self._wire_version is not None:
            hello["maxWireVersion"] = self._wire_version
        body = message[16:start] + bson.encode(hello)
        return _HEADER.pack(16 + len(body), *_HEADER.unpack_from(message)[1:]) + body


def _lookups(stages: list[Document]) -> list[str]:
    found = []
    for stage in stages:
        if inner := stage.get("$lookup"):
            found += [inner["from"], *_lookups(inner.get("pipeline", []))]
    return found


async def _read(reader: asyncio.StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(int.from_bytes(length, "little") - 4)


def _command(message: bytes) -> Document | None:
    """The command of an OP_MSG, with the documents of its sequences; None of another message."""
    if _HEADER.unpack_from(message)[3] != _MESSAGE:
        return None
    place, command, sequences = 20, {}, {}
    while place < len(message):
        kind, place = message[place], place + 1
        size = int.from_bytes(message[place : place + 4], "little")
        part = message[place : place + size]
        if kind == 0:
            command = bson.decode(part)
        else:
            name, _, documents = part[4:].partition(b"\0")
            sequences[name.decode()] = bson.decode_all(documents)
        place += size
    return {**command, **sequences}


def _message(reply: Document, asked: bytes) -> bytes:
    body = struct.pack("<iB", 0, 0) + bson.encode(reply)
    request = _HEADER.unpack_from(asked)[1]
    return _HEADER.pack(16 + len(body), 0, request, _MESSAGE) + body
