"""The errors: the classes of prisma-client-py by code, and our own. Below every other module.

    prisma.errors.PrismaError
    ├── prisma.errors.DataError                 .code .meta
    │   ├── UniqueViolationError, RecordNotFoundError, FieldNotFoundError, …   (by code)
    │   ├── UnsupportedOperationError           P2026: the engine does not offer this
    │   ├── WriteConcernError                   P2035: applied, not acknowledged as demanded
    │   └── ArgumentTypeError                   P2009: also a TypeError, as in prisma-client-py
    ├── SchemaError                             .position: schema.prisma is not valid
    ├── SelectionError                      a class for `returning` does not fit the schema
    ├── ConfigurationError                      settings or environment are not usable
    │   └── MongodNotFoundError                 no mongod binary for the embedded server
    ├── ConnectionError                         .code .meta: the server cannot be used (P1000 …)
    ├── NotStartedError                         used before start, or after stop
    │   └── NotConnectedError                   the same for a client: ClientNotConnectedError
    │                                           of prisma-client-py with .code .meta
    ├── ChangeStreamError                       .code .meta .token: `watch` cannot start or continue
    │   ├── HistoryLostError                    .since: the server deleted the next changes
    │   ├── CollectionGoneError                 a collection was dropped or renamed
    │   ├── SlowConsumerError                   the buffer was full, and the policy is `fail`
    │   └── OversizedChangeError                a change is too large for MongoDB to send it
    └── prisma.errors.TransactionError          .code .meta on our class
        └── prisma.errors.TransactionExpiredError

A message contains facts (code, model, path, type) and what to do, but no value and no secret.
Every error can be pickled, so that a task in another process can raise it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from prisma import errors as upstream

Meta = Mapping[str, Any]


class UnsupportedOperationError(upstream.DataError):
    """This engine or this server does not support the operation (P2026)."""


class WriteConcernError(upstream.DataError):
    """A write is applied, but fewer members acknowledged it than its write concern demands (P2035).

    It is on the primary: nothing is rolled back, and to repeat it would apply it twice. A failover
    may still undo it. After a commit the callbacks of `after_commit` have run.
    """


class ArgumentTypeError(upstream.DataError, TypeError):
    """A Python object of a type that no argument accepts (P2009); also a TypeError."""


class SchemaError(upstream.PrismaError):
    """schema.prisma is not valid (P1012). Of several mistakes, the attributes tell the first.

    Attributes:
        reason: what is wrong, in Prisma's words if Prisma has them.
        line, column: the place, counted from 1; 0 if it is the whole file.
        file: the name of the file.
    """

    code = "P1012"

    def __init__(
        self,
        reason: str,
        line: int = 0,
        column: int = 0,
        *,
        text: str = "",
        file: str = "schema.prisma",
    ) -> None:
        self.reason = reason
        self.meta: dict[str, Any] = {"line": line, "column": column} if line else {}
        self.line = line
        self.column = column
        self.file = file
        self._parts: tuple[SchemaError, ...] = ()
        place = f"{file}:{line}:{column}: " if line else f"{file}: "
        super().__init__(place + reason + _caret(text, line, column))

    @property
    def errors(self) -> tuple[SchemaError, ...]:
        """Every mistake of the schema that was found, each as an error of its own."""
        return self._parts or (self,)

    @classmethod
    def joined(cls, errors: Sequence[SchemaError]) -> SchemaError:
        """One error that tells all of these; there is at least one."""
        first = errors[0]
        whole = cls(first.reason, first.line, first.column, file=first.file)
        whole._parts = tuple(each for error in errors for each in error.errors)
        told, count = [str(each) for each in whole.errors], len(whole.errors)
        whole.args = ("\n\n".join([*told, f"{count} errors."] if count > 1 else told),)
        return whole


class SelectionError(upstream.PrismaError):
    """A class for `returning` does not fit the schema (P1012); it names class and field."""

    code = "P1012"

    def __init__(self, kind: type, name: str | None, reason: str) -> None:
        self.meta: dict[str, Any] = {"class": kind.__name__, "field": name}
        place = kind.__name__ if name is None else f"{kind.__name__}.{name}"
        super().__init__(f"{place}: {reason}.")


class ConfigurationError(upstream.PrismaError):
    """Settings, config.yml or the environment are not valid (P1012)."""

    code = "P1012"

    def __init__(self, *words: object) -> None:
        self.meta: dict[str, Any] = {}
        super().__init__(*words)


class MongodNotFoundError(ConfigurationError):
    """No mongod binary was found for the embedded server."""


class ConnectionError(upstream.PrismaError):
    """The server cannot be reached, or refuses the connection.

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
    """The client was used before connect or after disconnect (P1001)."""


class ChangeStreamError(upstream.PrismaError):
    """A stream of changes cannot be opened, or cannot continue.

    Attributes:
        code: P2031 if the server is not a replica set, P2009 if the text is not a token, else
            P2035.
        meta: facts: the models, since when.
        token: continues after the last event; None if the stream never started.
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
    """The server has deleted the changes after the token.

    Attributes:
        since: from when changes are lost, in UTC, to the second.
    """

    def __init__(self, message: str, *, since: datetime, meta: Meta, token: str) -> None:
        self.since = since
        super().__init__(message, meta=meta, token=token)


class CollectionGoneError(ChangeStreamError):
    """A watched collection was dropped or renamed: there is no event for each document."""


class SlowConsumerError(ChangeStreamError):
    """The consumer's buffer was full, and its policy is `fail`."""


class OversizedChangeError(ChangeStreamError):
    """A change is larger than the 16 MB that MongoDB can send, and `on_oversized` is `stop`.

    `token` is the token of this change: `watch(resume_after=…)` continues after it. `meta` has the
    model and the operation.
    """


class TransactionError(upstream.TransactionError):
    """A transaction cannot continue (P2028); the class of prisma-client-py with a code."""

    def __init__(self, message: str, *, code: str = "P2028", meta: Meta | None = None) -> None:
        self.code = code
        self.meta = dict(meta or {})
        super().__init__(message)


class TransactionExpiredError(upstream.TransactionExpiredError, TransactionError):
    """The transaction exceeded its timeout and was rolled back (P2028)."""


# Code → class, as engine/utils.py of prisma-client-py; every other code is a plain DataError.
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


# Code → HTTP status; you may change it: `HTTP_STATUS["P2003"] = 422`. It has every code of
# docs/errors.md. A mistake of the application, or of the server's configuration, is a 500.
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
    """The HTTP status of an error: 409 for a unique that is taken, 404, 400, 503 and so on.

    By the error's code in `HTTP_STATUS`; 503 if the database is not started, else 500.
    """
    if isinstance(error, upstream.ClientNotConnectedError):
        return 503  # that of prisma-client-py has no code
    code = getattr(error, "code", None)
    return HTTP_STATUS.get(code, 500) if isinstance(code, str) else 500


def data_error(
    code: str,
    message: str,
    meta: Meta | None = None,
    *,
    kind: type[upstream.DataError] | None = None,
) -> upstream.DataError:
    """The exception for a failed operation, of the class that prisma-client-py has for the code.

    Args:
        code: Prisma's code, `P2002` and the like.
        message: Prisma's wording, then what to do; no values of the user.
        meta: facts for programs, `{"target": ["email"]}` and the like.
        kind: the class, if it depends on the message instead of the code.
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
    if kind is upstream.FieldNotFoundError:  # which would otherwise make its own message
        return upstream.FieldNotFoundError(payload, message=message)
    return kind(payload)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message on a name that does not exist: the nearest that does, if one is near."""
    from difflib import get_close_matches  # which only mistakes need

    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean `{near[0]}`?" if near else ""


def with_kept(error: upstream.PrismaError, kept: int, total: int) -> upstream.PrismaError:
    """The error of a portion, which says what the portions before it have stored.

    Args:
        error: of the portion; its class, code and meta stay.
        kept: how many records are written: by the portions before it, and by itself if only its
            write concern was not met.
        total: how many all portions were to write. Both are in `meta`, too.
    """
    failed = "" if isinstance(error, WriteConcernError) else ", none of the portion that failed"
    words = (
        f"It was written in portions: {kept:,} of {total:,} records are written and stay "
        f"so{failed}."
    )
    text = f"{error} {words}"
    error.args = (text, *error.args[1:])
    facts = {"kept": kept, "total": total}
    if isinstance(error, upstream.DataError):
        error.data["error"] = text
        known = error.data.setdefault("user_facing_error", {})
        known["message"] = text
        known["meta"] = error.meta = {**(error.meta or {}), **facts}
    else:
        error.__dict__["meta"] = {**getattr(error, "meta", {}), **facts}
    return error


def _reduced(error: upstream.PrismaError) -> tuple[Any, ...]:
    """How an error is pickled and copied: with its text and its attributes, without its cause."""
    return _restored, (type(error), error.args, error.__dict__)


def _restored(
    kind: type[upstream.PrismaError], words: tuple[object, ...], attributes: dict[str, Any]
) -> upstream.PrismaError:
    error = kind.__new__(kind, *words)
    error.__dict__.update(attributes)
    return error


# An exception is made anew by `kind(*args)`, and the parameters of most classes are not `args`: to
# unpickle one of them fails, and stops a whole pool of processes.
upstream.PrismaError.__reduce__ = _reduced  # type: ignore[assignment, method-assign]


def _caret(text: str, line: int, column: int) -> str:
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return ""
    number = f"{line} | "
    return f"\n{number}{lines[line - 1]}\n{' ' * (len(number) + column - 1)}^"
