"""The values that the engine makes: `auto()`, `now()`, `cuid()`, `uuid()`, `nanoid()`.

Source: Prisma schema reference, attribute functions; formats of cuid (ericelliott/cuid),
UUID (RFC 9562) and nanoid (ai/nanoid).
"""

from __future__ import annotations

import os
import secrets
import socket
import time
import uuid
from itertools import count
from typing import Final

from bson import ObjectId

from prismongo.query.values.codecs import encoder, now
from prismongo.schema.datamodel import Field

_BASE36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NANOID_ALPHABET: Final = "_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NANOID_LENGTH: Final = 21
_cuid_counter = count()


def generate(field: Field, name: str, arguments: tuple[object, ...]) -> object:
    """A fresh value of the function, as the field stores it."""
    match name:
        case "auto":
            return ObjectId()
        case "now":
            return encoder(field)(now())
        case "cuid":
            return cuid()
        case "uuid":
            return str(uuid7() if arguments == (7,) else uuid.uuid4())
        case "nanoid":
            return nanoid(arguments[0] if arguments and isinstance(arguments[0], int) else None)
        case _:
            raise LookupError(f"{name}() has no value on MongoDB")


def cuid() -> str:
    """A collision-resistant id: `c`, time, counter, process and randomness in base 36."""
    fingerprint = _base36(os.getpid(), 2) + _base36(sum(map(ord, socket.gethostname())), 2)
    moment = _base36(int(time.time() * 1000), 8)
    return f"c{moment}{_base36(next(_cuid_counter), 4)}{fingerprint}{_random36(8)}"


def uuid7() -> uuid.UUID:
    """A UUID of version 7: 48 bits of Unix time in ms, the rest random."""
    value = int(time.time() * 1000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def nanoid(length: int | None = None) -> str:
    """A random id of `length` (21) letters that need no escape in a URL."""
    return "".join(secrets.choice(_NANOID_ALPHABET) for _ in range(length or _NANOID_LENGTH))


def _random36(length: int) -> str:
    return "".join(secrets.choice(_BASE36) for _ in range(length))


def _base36(number: int, length: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits.rjust(length, "0")[-length:]
