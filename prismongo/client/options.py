"""`with_options`: checks the options, and keeps an operation within its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args

from prisma.errors import DataError, PrismaError
from pydantic import BaseModel

from prismongo.client.durations import Duration, as_limit
from prismongo.errors import ConnectionError
from prismongo.query.errors.input import invalid, unsupported
from prismongo.query.nodes.options import IndexHint, Options
from prismongo.settings import ReadPreference as ReadPreferenceName

if TYPE_CHECKING:
    from pymongo.read_concern import ReadConcern
    from pymongo.read_preferences import _ServerMode
    from pymongo.write_concern import WriteConcern

T = TypeVar("T")

ReadConcernName = Literal["local", "available", "majority", "linearizable", "snapshot"]
Hint = str | Sequence[tuple[str, int]]
"""The name of an index, or its keys by the stored names: `[("channelId", 1), ("sentAt", -1)]`."""
Hints = Mapping[type[BaseModel], Hint]
"""An index per model."""

_READ_PREFERENCES: Final = get_args(ReadPreferenceName)
_READ_CONCERNS: Final = get_args(ReadConcernName)


def with_given(
    known: Options | None,
    *,
    read_preference: ReadPreferenceName | _ServerMode | None,
    read_concern: ReadConcernName | ReadConcern | None,
    write_concern: int | Literal["majority"] | WriteConcern | None,
    timeout: Duration | None,
    comment: str | None,
    hint: Hint | Hints | None,
) -> Options:
    """The options with those that are given.

    Raises:
        DataError: P2009, a value is none that the option takes.
    """
    given: dict[str, Any] = {}
    if read_preference is not None:
        given["read_preference"] = _read_preference(read_preference)
    if read_concern is not None:
        given["read_concern"] = _read_concern(read_concern)
    if write_concern is not None:
        given["write_concern"] = _write_concern(write_concern)
    if timeout is not None:
        given["timeout"] = as_limit(timeout, "timeout").total_seconds()
    if comment is not None:
        given["comment"] = _comment(comment)
    if hint is not None:
        given |= _hints(hint)
    return replace(known or Options(), **given)


def _read_preference(value: object) -> object:
    from pymongo import read_preferences

    if isinstance(value, read_preferences._ServerMode):
        return value
    if value not in _READ_PREFERENCES:
        raise invalid(("read_preference",), f"expected one of {', '.join(_READ_PREFERENCES)}")
    name = str(value)
    kind: Any = getattr(read_preferences, name[0].upper() + name[1:])
    return kind()


def _read_concern(value: object) -> object:
    from pymongo.read_concern import ReadConcern

    if isinstance(value, ReadConcern):
        return value
    if value not in _READ_CONCERNS:
        raise invalid(("read_concern",), f"expected one of {', '.join(_READ_CONCERNS)}")
    return ReadConcern(str(value))


def _write_concern(value: object) -> object:
    from pymongo.write_concern import WriteConcern

    if isinstance(value, bool) or not (
        isinstance(value, WriteConcern | int) or value == "majority"
    ):
        raise invalid(("write_concern",), 'expected a number of members, or "majority"')
    if isinstance(value, int) and value < 0:
        raise invalid(("write_concern",), "expected a number of members")
    concern = value if isinstance(value, WriteConcern) else WriteConcern(w=value)
    if not concern.acknowledged:
        raise invalid(("write_concern",), "nothing would be known of a write that fails")
    return concern


def _comment(value: object) -> str:
    if not isinstance(value, str):
        raise invalid(("comment",), "expected a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(("comment",), "the text is not valid Unicode") from None
    return value


def _hints(value: object) -> dict[str, Any]:
    """`hint` for one index, `hints` for one per model."""
    if isinstance(value, Mapping) and value and all(isinstance(each, type) for each in value):
        hints = {}
        for kind, each in value.items():
            name = getattr(kind, "__prisma_model__", None)
            if not isinstance(name, str):
                raise invalid(("hint",), "expected models of the generated client as its keys")
            hints[name] = _hint(each)
        return {"hints": hints}
    return {"hint": _hint(value)}


def _hint(value: object) -> IndexHint:
    if isinstance(value, str) and value and not value.startswith("$"):
        return value
    if isinstance(value, list | tuple) and value and all(map(_is_key, value)):
        return tuple((name, direction) for name, direction in value)
    raise invalid(
        ("hint",), "expected the name of an index, its keys with 1 or -1 in a list, or one by model"
    )


def _is_key(pair: object) -> bool:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        return False
    name, direction = pair
    is_name = isinstance(name, str) and bool(name) and not name.startswith("$")
    return is_name and type(direction) is int and direction in (1, -1)


def check_inside(options: Options, around: Options | None) -> None:
    """Check that an operation of a transaction has only options that it may have.

    Raises:
        UnsupportedOperationError: P2026, it has another one.
    """
    if (name := options.refused_inside(around)) is not None:
        raise unsupported(
            f"with_options({name}=…) inside of a transaction",
            "MongoDB takes it for a whole transaction, which reads from the primary: give "
            "read_concern and write_concern where it is begun, "
            "`database.with_options(…).atomic()`",
        )


def check_begin(options: Options) -> None:
    """Check that a transaction may be begun with the options.

    Raises:
        UnsupportedOperationError: P2026, it may not.
    """
    if (name := options.refused_to_begin()) is not None:
        raise unsupported(
            f"A transaction with this {name}",
            "it reads from the primary, with the read concern local, majority or snapshot",
        )


Timed = Literal["operation", "begin of the transaction", "commit"]
"""What a timeout is for."""

_FOLLOWS: Final[Mapping[Timed, str]] = {
    "operation": "Whether a write was carried out is not known: look before you repeat it.",
    "begin of the transaction": "Nothing was written.",
    "commit": "Whether the transaction is committed is not known: look before you repeat it.",
}
"""What follows where there was not enough time."""


def in_time(options: Options | None, work: Awaitable[T], what: Timed = "operation") -> Awaitable[T]:
    """The work, which ends within the options' timeout if they have one."""
    if options is None or options.timeout is None:
        return work
    return within(options.timeout, work, what)


async def within(seconds: float, work: Awaitable[T], what: Timed = "operation") -> T:
    """What the work returns, if it ends in time.

    The driver knows the limit, too (CSOT): it sends it to the server, and may end before.

    Raises:
        prismongo.errors.ConnectionError: P1008, it did not end in time.
    """
    import pymongo

    try:
        async with asyncio.timeout(seconds) as limit:
            with pymongo.timeout(seconds):
                return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise _too_late(seconds, what) from error
    except PrismaError as error:
        if not _is_too_late(error):
            raise
        raise _too_late(seconds, what) from error


async def each_within(seconds: float, stream: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same stream; reading a batch of it takes no longer than this.

    Raises:
        prismongo.errors.ConnectionError: P1008, a batch did not come in time.
    """
    async with aclosing(stream):
        while True:
            try:
                found = await within(seconds, anext(stream))
            except StopAsyncIteration:
                return
            yield found


def _is_too_late(error: PrismaError) -> bool:
    from pymongo.errors import PyMongoError, WTimeoutError

    cause = error.__cause__
    if isinstance(error, DataError) and error.code == "P2034":
        return False
    is_own = isinstance(cause, PyMongoError) and not isinstance(cause, WTimeoutError)
    return is_own and bool(getattr(cause, "timeout", False))


def _too_late(seconds: float, what: Timed) -> ConnectionError:
    return ConnectionError(
        f"Operations timed out: the {what} took longer than its timeout of {seconds:g} s, that "
        f"of with_options(timeout=…). {_FOLLOWS[what]}",
        code="P1008",
        meta={"timeout": seconds},
    )
