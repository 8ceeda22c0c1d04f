"""What can go wrong, below every other room: upstream's classes by code, and ours beside them.

    prisma.errors.PrismaError
    ├── prisma.errors.DataError                 .code .meta
    │   ├── UniqueViolationError, RecordNotFoundError, FieldNotFoundError, …   (upstream's, by code)
    │   ├── UnsupportedOperationError           P2026: the engine does not offer this
    │   └── ArgumentTypeError                   P2009: a TypeError too, as upstream's is
    ├── SchemaError                             .position: schema.prisma is not valid
    ├── ConfigurationError                      settings or environment are not usable
    │   └── MongodNotFoundError                 no mongod binary for the embedded server
    ├── ConnectionError                         .code .meta: the server cannot be used (P1000 …)
    ├── NotStartedError                         used before start, or after stop
    │   └── NotConnectedError                   the same of a client: upstream's
    │                                           ClientNotConnectedError with .code .meta
    ├── ChangeStreamError                       .code .meta .token: `watch` cannot begin or go on
    │   ├── HistoryLostError                    .since: what comes next is no longer kept
    │   ├── CollectionGoneError                 it was dropped or renamed
    │   └── SlowConsumerError                   its buffer was full, and it asked to fail then
    └── prisma.errors.TransactionError          .code .meta on ours
        └── prisma.errors.TransactionExpiredError

A message carries facts (code, model, path, type), what to do next, and never a value or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prisma import errors as upstream

Meta = Mapping[str, Any]


class UnsupportedOperationError(upstream.DataError):
    """Asked for what this engine or this server does not offer (P2026)."""


class ArgumentTypeError(upstream.DataError, TypeError):
    """A Python object of a type that no argument takes (P2009); upstream raises TypeError here."""


class SchemaError(upstream.PrismaError):
    """schema.prisma is not valid (P1012).

    Attributes:
        reason: what is wrong, in Prisma's words where Prisma has them.
        line, column: where, counted from 1; 0 where the place is the whole file.
    """

    code = "P1012"

    def __init__(self, reason: str, line: int = 0, column: int = 0, *, text: str = "") -> None:
        self.reason = reason
        self.meta: dict[str, Any] = {"line": line, "column": column} if line else {}
        self.line = line
        self.column = column
        place = f"schema.prisma:{line}:{column}: " if line else "schema.prisma: "
        super().__init__(place + reason + _caret(text, line, column))


class ConfigurationError(upstream.PrismaError):
    """Settings, config.yml or the environment cannot be used as they are (P1012)."""

    code = "P1012"

    def __init__(self, *words: object) -> None:
        self.meta: dict[str, Any] = {}
        super().__init__(*words)


class MongodNotFoundError(ConfigurationError):
    """No mongod binary was found for the embedded server."""


class ConnectionError(upstream.PrismaError):
    """The server cannot be reached or refuses us.

    Attributes:
        code: Prisma's code (P1000, P1001, P1002, P1013 …).
        meta: facts: host, port, cause.
    """

    def __init__(self, message: str, *, code: str, meta: Meta | None = None) -> None:
        self.code = code
        self.meta = dict(meta or {})
        super().__init__(message)


class NotStartedError(upstream.PrismaError):
    """The database or a service was used before start or after stop (P1001)."""

    code = "P1001"

    def __init__(self, *words: object) -> None:
        self.meta: dict[str, Any] = {"cause": "not connected"}
        super().__init__(*words)


class NotConnectedError(upstream.ClientNotConnectedError, NotStartedError):
    """The client was used before connect or after disconnect (P1001); upstream's, with a code."""


class ChangeStreamError(upstream.PrismaError):
    """A stream of changes cannot be opened, or cannot go on.

    Attributes:
        code: P2031 where the server is no replica set, P2009 for a text that is no token, else
            P2035.
        meta: facts: the models, since when.
        token: where the stream had come to; None where it never began.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "P2035",
        meta: Meta | None = None,
        token: str | None = None,
    ) -> None:
        self.code = code
        self.meta = dict(meta or {})
        self.token = token
        super().__init__(message)


class HistoryLostError(ChangeStreamError):
    """What follows the token is no longer kept.

    Attributes:
        since: from when changes are lost, in UTC, to the second.
    """

    def __init__(self, message: str, *, since: datetime, meta: Meta, token: str) -> None:
        self.since = since
        super().__init__(message, meta=meta, token=token)


class CollectionGoneError(ChangeStreamError):
    """A watched collection was dropped or renamed: its documents went without an event for each."""


class SlowConsumerError(ChangeStreamError):
    """The consumer's buffer was full, and its policy is `fail`."""


class TransactionError(upstream.TransactionError):
    """A transaction cannot go on (P2028); upstream's class with the code it lacks."""

    def __init__(self, message: str, *, code: str = "P2028", meta: Meta | None = None) -> None:
        self.code = code
        self.meta = dict(meta or {})
        super().__init__(message)


class TransactionExpiredError(upstream.TransactionExpiredError, TransactionError):
    """The transaction outlived its timeout and was rolled back (P2028)."""


# Code → class, as upstream's engine/utils.py maps them; every other code is a plain DataError.
CLASS_BY_CODE: dict[str, type[upstream.DataError]] = {
    "P2002": upstream.UniqueViolationError,
    "P2003": upstream.ForeignKeyViolationError,
    "P2009": upstream.FieldNotFoundError,
    "P2010": upstream.RawQueryError,
    "P2012": upstream.MissingRequiredValueError,
    "P2019": upstream.InputError,
    "P2021": upstream.TableNotFoundError,
    "P2025": upstream.RecordNotFoundError,
    "P2026": UnsupportedOperationError,
}


# Code → HTTP status; yours to extend: `HTTP_STATUS["P2003"] = 422`. Every code of docs/errors.md is
# here; what is the application's own mistake, or its server's set-up, is a 500.
HTTP_STATUS: dict[str, int] = {
    "P1000": 503,
    "P1001": 503,
    "P1002": 503,
    "P1008": 503,
    "P1010": 500,
    "P1012": 500,
    "P1013": 500,
    "P1017": 503,
    "P2000": 400,
    "P2002": 409,
    "P2003": 409,
    "P2004": 400,
    "P2009": 400,
    "P2010": 500,
    "P2011": 400,
    "P2012": 400,
    "P2014": 409,
    "P2015": 404,
    "P2017": 409,
    "P2018": 404,
    "P2019": 400,
    "P2020": 400,
    "P2021": 500,
    "P2023": 400,
    "P2024": 503,
    "P2025": 404,
    "P2026": 501,
    "P2028": 503,
    "P2031": 500,
    "P2032": 500,
    "P2033": 400,
    "P2034": 409,
    "P2035": 500,
}


def http_status(error: BaseException) -> int:
    """The HTTP status that answers an error: 409 where a unique is taken, 404, 400, 503 and so on.

    By the error's code in `HTTP_STATUS`; 503 where the database is not started, else 500.
    """
    if isinstance(error, upstream.ClientNotConnectedError):
        return 503  # upstream's own has no code
    code = getattr(error, "code", None)
    return HTTP_STATUS.get(code, 500) if isinstance(code, str) else 500


def data_error(
    code: str,
    message: str,
    meta: Meta | None = None,
    *,
    kind: type[upstream.DataError] | None = None,
) -> upstream.DataError:
    """The exception for a failed operation, of the class that upstream gives the code.

    Args:
        code: Prisma's code, `P2002` and the like.
        message: Prisma's wording, then what to do; no values of the user.
        meta: facts for programs, `{"target": ["email"]}` and the like.
        kind: the class, where upstream tells it by the message instead of the code.
    """
    payload = {
        "error": message,
        "user_facing_error": {
            "is_panic": False,
            "message": message,
            "meta": dict(meta or {}),
            "error_code": code,
        },
    }
    kind = kind or CLASS_BY_CODE.get(code, upstream.DataError)
    if kind is upstream.FieldNotFoundError:  # which would otherwise word its own message
        return upstream.FieldNotFoundError(payload, message=message)
    return kind(payload)


def _caret(text: str, line: int, column: int) -> str:
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return ""
    number = f"{line} | "
    return f"\n{number}{lines[line - 1]}\n{' ' * (len(number) + column - 1)}^"
