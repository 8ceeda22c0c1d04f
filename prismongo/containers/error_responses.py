"""The responses to errors of the database and of the application. Below asgi.py."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from prisma.errors import PrismaError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from prismongo.errors import HTTP_STATUS, ConfigurationError, http_status

Statuses = Mapping[str | type[Exception], int]
"""Code of an error, or its class → HTTP status."""

logger = logging.getLogger(__name__)

REFUSED: Final = frozenset({"P2009", "P2012", "P2019"})
"""The codes of refused arguments. The call is wrong, and its message names the schema."""

DENIAL = "websocket.http.response"
"""The extension of ASGI for responses to those who ask for a WebSocket."""

MOST_OF_A_REASON = 123
"""The most bytes of the reason in a WebSocket's close frame."""

STATUSES = "error_statuses"


def answer_errors(app: Starlette, statuses: Statuses | None = None) -> None:
    """Turn errors of the database and of the application into responses `{"detail", "code"}`.

    What is no matter of the client is only in the log: an error with a status of 500 or above, and
    arguments that the database refused (P2009, P2012, P2019).

    Args:
        app: the application.
        statuses: changes to `prismongo.errors.HTTP_STATUS`, by code, and the statuses of the
            application's own errors, by class: `{"P2002": 422, NotAllowedError: 403}`.

    Raises:
        ConfigurationError: a key of `statuses` is no code and no class of exceptions, or a value is
            no status of an error.
    """
    _check_statuses(statuses or {})

    async def answer(request: Request, error: Exception) -> JSONResponse:
        status = status_of(error, statuses or {})
        _report(f"{request.method} {request.url.path}", error, status)
        return JSONResponse(_body(error, status), status)

    setattr(app.state, STATUSES, dict(statuses or {}))
    for kind in (PrismaError, *(statuses or {})):
        if isinstance(kind, str):  # a code: PrismaError has it
            continue
        app.add_exception_handler(kind, answer)


def status_of(error: BaseException, statuses: Statuses) -> int:
    """The HTTP status of an error: by `statuses`, else by its code."""
    keys: list[Any] = [getattr(error, "code", None), *type(error).__mro__]
    for key in keys:
        if key in statuses:
            return statuses[key]
    return http_status(error)


async def respond(
    scope: Scope, receive: Receive, send: Send, error: PrismaError, *, is_public: bool = False
) -> None:
    """Respond with an error, as `answer_errors` does, which is not around middlewares."""
    statuses = getattr(scope["app"].state, STATUSES, {})
    status = status_of(error, statuses)
    _report(scope["path"], error, status)
    body = _body(error, status)
    if is_public:  # a mistake of the application, told to who develops it
        body["detail"] = str(error)
    if scope["type"] == "websocket" and DENIAL not in scope.get("extensions", {}):
        reason = body["detail"].encode()[:MOST_OF_A_REASON].decode(errors="ignore")
        await send({"type": "websocket.close", "code": 1011, "reason": reason})
    else:
        await JSONResponse(body, status)(scope, receive, send)


def _report(where: str, error: Exception, status: int) -> None:
    """Log an error that is not, or not only, the client's doing."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s failed", where, exc_info=error)
    elif _is_refused(error):
        logger.warning("%s: the database refused the arguments of a call", where, exc_info=error)


def _body(error: Exception, status: int) -> dict[str, Any]:
    is_public = status < HTTPStatus.INTERNAL_SERVER_ERROR and not _is_refused(error)
    detail = str(error) if is_public else _phrase(status)
    return {"detail": detail, "code": getattr(error, "code", None)}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # 499 and others have none
        return "Error"


def _is_refused(error: Exception) -> bool:
    return isinstance(error, PrismaError) and getattr(error, "code", None) in REFUSED


def _check_statuses(statuses: Statuses) -> None:
    for key, status in statuses.items():
        is_class = isinstance(key, type) and issubclass(key, Exception)
        is_code = isinstance(key, str) and (key in HTTP_STATUS or key.upper() not in HTTP_STATUS)
        if not is_class and not is_code:
            raise ConfigurationError(f"answer_errors: {key!r} is no code, and no class of errors.")
        if type(status) not in (int, HTTPStatus) or not 400 <= status < 600:
            raise ConfigurationError(f"answer_errors: {status!r} for {key!r} is no error's status.")
