"""The accelerator under odd documents and mutated replies, or over many rows; see the Makefile.

    python -m tests.native.fuzz odd SECONDS [SEED]      odd documents against the Python path
    python -m tests.native.fuzz mutated SECONDS [SEED]  replies with wrong bytes
    python -m tests.native.fuzz leaks ROWS              the process must not grow over them

With `SANITIZED` in the environment that file is loaded in place of the installed extension.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import sys
import time
from collections.abc import Iterator
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import bson
from prisma.errors import DataError

if TYPE_CHECKING:
    from prismongo.native import _rows

EXTENSION: Final = "prismongo.native._rows"
BYTES: Final = (0, 1, 2, 3, 4, 5, 7, 8, 0x7F, 0x80, 0xFF, 0xED, 0xF4)
ROUND: Final = 1_000
SHORT: Final = 1_000
"""Bytes. Most rows are shorter documents: long ones are nested deeply, and are read in Python."""
GROWTH: Final = 8 * 1024 * 1024
"""How many bytes the process may grow while many rows are read, after the first tenth of them."""
BLOCKS: Final = 500
"""How many more blocks Python may then have allocated: one lost a row would be thousands."""


def load() -> None:
    """Take the extension that was built with sanitizers, if one is named."""
    if path := os.environ.get("SANITIZED"):
        loader = ExtensionFileLoader(EXTENSION, path)
        module = module_from_spec(ModuleSpec(EXTENSION, loader, origin=path))
        loader.exec_module(module)
        sys.modules[EXTENSION] = module


def odd_documents(seconds: float, chance: Random) -> str:
    """Odd documents, each read by both; they must agree."""
    from tests.native.everything import accelerated, again, careful
    from tests.native.odd_documents import odd

    number = records = 0
    for _ in until(seconds):
        document = odd(chance.choice)
        found, expected = accelerated(document), careful(document)
        if found != expected:
            raise AssertionError(f"{document!r}: {found} is not {expected}")
        if len(set(map(repr, again(document)))) != 1:
            raise AssertionError(f"{document!r} is not the same when it is read again")
        number += 1
        records += len(found) == 5  # others are errors
    return f"{number:,} odd documents, {records:,} of them records"


def mutated_replies(seconds: float, chance: Random) -> str:
    """Replies of which some bytes are others; each is refused, or its rows are read."""
    from prismongo.native import _rows
    from tests.native.everything import PLAIN_READER, READER, reply_of
    from tests.native.odd_documents import good

    number = rows = 0
    kind, reply = careful_row(), b""
    for _ in until(seconds):
        if number % ROUND == 0:
            reply = reply_of([bson.encode(good(chance.choice)) for _ in range(2)])
        parts = _rows.split(mutated(reply, chance), kind)
        for row in parts[2] if parts else ():
            rows += isinstance(row, _rows.Row)
            read(READER, row)
            for _ in range(3):
                read(PLAIN_READER, row)
        if parts:
            _rows.match_keys(parts[2], chance.choice(("_id", "key", "")), lambda *_: None)
        number += 1
    return f"{number:,} mutated replies, {rows:,} rows of them read"


def mutated(reply: bytes, chance: Random) -> bytes:
    """The reply with some bytes written over, and sometimes cut."""
    found = bytearray(reply)
    for _ in range(chance.choice((1, 1, 2, 5))):
        found[chance.randrange(len(found))] = chance.choice((*BYTES, chance.randrange(256)))
    if chance.random() < 0.1:
        del found[chance.randrange(len(found)) :]
    return bytes(found)


def careful_row() -> type[_rows.Row]:
    """Rows that the driver decodes only if they are plain: it may read beyond a bad document."""
    from prismongo.native import _rows
    from prismongo.stores.mongo.replies import StoredRow

    class Nothing(StoredRow):
        __slots__ = ()

        @staticmethod
        def decoded(document: bytes) -> dict[str, Any]:
            return {}

    class Careful(StoredRow):
        __slots__ = ()

        @staticmethod
        def decoded(document: bytes) -> dict[str, Any]:
            parts = _rows.split(reply_around(document), Nothing)
            is_plain = parts is not None and type(parts[2][0]) is Nothing
            return StoredRow.decoded(document) if is_plain else {}

    return Careful


def reply_around(document: bytes) -> bytes:
    """A reply of these bytes, which may be no document."""
    found = b"\x030\0" + document
    for name in (b"\x04firstBatch\0", b"\x03cursor\0", b""):
        found = name + (len(found) + 5).to_bytes(4, "little") + found + b"\0"
    return found


def read(reader: Any, row: Any) -> None:
    """Read a row by the accelerator, and as a dict; stored values may be wrong."""
    with contextlib.suppress(DataError):
        reader.one(row)
    dict(row)


def leaks(rows: int) -> str:
    """Read so many rows, of all kinds; the process may not grow, nor what it has allocated."""
    from prismongo.native import _rows
    from tests.native.everything import PLAIN_READER, READER, rows_of
    from tests.native.odd_documents import good, odd

    chance = Random(1)  # noqa: S311 - a test's data
    made = (bson.encode(good(chance.choice)) for _ in count())
    documents = list(islice((each for each in made if len(each) < SHORT), 95))
    documents += [odd(chance.choice) for _ in range(5)]
    before = (0, 0)
    for number in range(rows // 100):
        rows_read = rows_of(documents)
        _rows.match_keys(rows_read, "key", lambda row, name: (row.get(name),))
        for row in rows_read:
            row.get("_id")
            with contextlib.suppress(DataError):
                READER.one(row)
                PLAIN_READER.many([row] * 3)
        dict(row)
        if number == rows // 1_000:
            before = memory()
    grown, blocks = (now - then for now, then in zip(memory(), before, strict=True))
    if grown > GROWTH or blocks > BLOCKS:
        raise AssertionError(f"{grown:,} bytes and {blocks:,} blocks more over {rows:,} rows")
    return f"{rows:,} rows, {grown:,} bytes and {blocks:,} blocks more than after a tenth of them"


def memory() -> tuple[int, int]:
    """The bytes of the process that are in memory, and the blocks that Python has allocated."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize(), sys.getallocatedblocks()


def until(seconds: float) -> Iterator[None]:
    """Again and again, for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def main(what: str, amount: str, seed: str = "1") -> None:
    """Do what the command line says."""
    load()
    chance = Random(int(seed))  # noqa: S311 - a test's data
    match what:
        case "odd":
            done = odd_documents(float(amount), chance)
        case "mutated":
            done = mutated_replies(float(amount), chance)
        case _:
            done = leaks(int(amount))
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
