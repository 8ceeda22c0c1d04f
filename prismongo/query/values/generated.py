"""The values that the engine makes: `auto()`, `now()`, `cuid()`, `uuid()`, `ulid()`, `nanoid()`.

Source: Prisma schema reference, attribute functions; formats of ObjectId (MongoDB), cuid
(ericelliott/cuid), of its version 2 (paralleldrive/cuid2), UUID (RFC 9562), ULID (ulid/spec) and
nanoid (ai/nanoid).
"""

from __future__ import annotations

import os
import secrets
import socket
import time
import uuid
from functools import cache
from hashlib import sha3_512
from itertools import count
from typing import Final

from bson import ObjectId

from prismongo.query.values.date_time import now
from prismongo.query.values.scalars import scalar_of
from prismongo.schema.datamodel import Field

_BASE36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NANOID_ALPHABET: Final = "_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NANOID_LENGTH: Final = 21
_CUID2_LENGTH: Final = 24
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without the letters that look like digits
_ULID_LENGTH: Final = 26  # 130 bits for 128, in letters of 5
_OF_PROCESS: Final = 5  # bytes of an ObjectId
_process, _of_process = os.getpid(), secrets.token_bytes(_OF_PROCESS)
_object_id_counter = count(secrets.randbits(24))
_cuid_counter = count()
_cuid2_counter = count(secrets.randbelow(476782367))  # cuid2's own limit


def generate(field: Field, name: str, arguments: tuple[object, ...]) -> object:
    """A fresh value of the function, as the field stores it."""
    match name:
        case "auto":
            return object_id()
        case "now":
            return scalar_of(field).encode(now())
        case "cuid":
            return cuid2() if arguments == (2,) else cuid()
        case "uuid":
            return str(uuid7() if arguments == (7,) else uuid.uuid4())
        case "ulid":
            return ulid()
        case "nanoid":
            return nanoid(arguments[0] if arguments and isinstance(arguments[0], int) else None)
        case _:
            raise LookupError(f"{name}() has no value on MongoDB")


def object_id() -> ObjectId:
    """A new ObjectId, as the driver makes them, in less than half of the time.

    Source: MongoDB's specification of ObjectIds: 4 bytes of Unix time in seconds, 5 random bytes of
    the process, and 3 of a counter that begins anywhere.
    """
    seconds, number = time.time_ns() // 1_000_000_000, next(_object_id_counter) & 0xFF_FF_FF
    process = _of_process if os.getpid() == _process else _renewed()
    return ObjectId(seconds.to_bytes(4, "big") + process + number.to_bytes(3, "big"))


def _renewed() -> bytes:
    """Other random bytes, as a forked process is another one."""
    global _of_process, _process
    _of_process, _process = secrets.token_bytes(_OF_PROCESS), os.getpid()
    return _of_process


def cuid() -> str:
    """A collision-resistant id: `c`, time, counter, process and randomness in base 36."""
    fingerprint = _base36(os.getpid(), 2) + _base36(sum(map(ord, socket.gethostname())), 2)
    moment = _base36(_milliseconds(), 8)
    return f"c{moment}{_base36(next(_cuid_counter), 4)}{fingerprint}{_random36(8)}"


def cuid2() -> str:
    """An id that tells nothing of its making: a letter, then 23 of a hash in base 36."""
    moment, number = _base36(_milliseconds(), 8), _base36(next(_cuid2_counter), 6)
    text = f"{moment}{_random36(_CUID2_LENGTH)}{number}{_fingerprint()}"
    return secrets.choice(_BASE36[10:]) + _hash36(text)[1:_CUID2_LENGTH]


@cache
def _fingerprint() -> str:
    """Of this process, with randomness of its own."""
    return _hash36(f"{socket.gethostname()}{os.getpid()}{_random36(32)}")[:32]


def _hash36(text: str) -> str:
    return _base36(int.from_bytes(sha3_512(text.encode()).digest()), 99)


def ulid() -> str:
    """A ULID: 48 bits of Unix time in ms, 80 random, in 26 letters that sort by time."""
    value = _milliseconds() << 80 | secrets.randbits(80)
    digits = (value >> 5 * place & 31 for place in reversed(range(_ULID_LENGTH)))
    return "".join(_CROCKFORD[digit] for digit in digits)


def uuid7() -> uuid.UUID:
    """A UUID of version 7: 48 bits of Unix time in ms, the rest random."""
    value = _milliseconds() << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def nanoid(length: int | None = None) -> str:
    """A random id of `length` (21) letters that need no escape in a URL."""
    return "".join(secrets.choice(_NANOID_ALPHABET) for _ in range(length or _NANOID_LENGTH))


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _random36(length: int) -> str:
    return "".join(secrets.choice(_BASE36) for _ in range(length))


def _base36(number: int, length: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits.rjust(length, "0")[-length:]
