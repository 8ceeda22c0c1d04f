"""What spans and metrics say of an error: codes and names of classes, never a message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from prisma.errors import PrismaError
from pymongo.errors import BulkWriteError, OperationFailure

ERROR_TYPE: Final = "error.type"
STATUS_CODE: Final = "db.response.status_code"

_DEEPEST: Final = 10
"""How many causes of an error are looked at."""


def failure_of(error: BaseException) -> dict[str, str]:
    """The attributes of a failed operation.

    `error.type` is Prisma's code, or the name of the class; `db.response.status_code` is MongoDB's
    code, if the server answered with one.
    """
    code = getattr(error, "code", None) if isinstance(error, PrismaError) else None
    kind = code if isinstance(code, str) else type(error).__qualname__
    server = next(filter(None, map(_server_code, _causes(error))), None)
    return {ERROR_TYPE: kind} if server is None else {ERROR_TYPE: kind, STATUS_CODE: str(server)}


def _causes(error: BaseException) -> Iterator[BaseException]:
    def each() -> Iterator[BaseException]:
        found: BaseException | None = error
        while found is not None:
            yield found
            found = found.__cause__

    return islice(each(), _DEEPEST)


def _server_code(error: BaseException) -> int | None:
    if isinstance(error, BulkWriteError):
        failed = (error.details or {}).get("writeErrors") or [{}]
        code = failed[0].get("code", error.code)
        return code if isinstance(code, int) else error.code
    return error.code if isinstance(error, OperationFailure) else None
