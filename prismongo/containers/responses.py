"""HeldResponse: the start of a response waits until its transaction has ended. Below asgi.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from http import HTTPStatus
from typing import Any

from prisma.errors import PrismaError

from prismongo.query.errors.input import unsupported

Message = MutableMapping[str, Any]
"""A message of ASGI."""

Send = Callable[[Message], Awaitable[None]]

Answer = Callable[[PrismaError], Awaitable[None]]
"""Sends the response of an error."""


class HeldResponse:
    """The messages of a response, sent on once the work is kept or dropped.

    Args:
        send: sends to the client.
        keep: commits.
        drop: rolls back, because of an error if there is one.
        answer: responds with an error in place of the response.

    Attributes:
        is_replaced: whether the client was sent an error in place of the response.
        is_refused: whether that is because the response is a stream; `send` raised it, too.
    """

    def __init__(
        self,
        send: Send,
        keep: Callable[[], Awaitable[None]],
        drop: Callable[[BaseException | None], Awaitable[None]],
        answer: Answer,
    ) -> None:
        self._send = send
        self._keep = keep
        self._drop = drop
        self._answer = answer
        self._start: Message | None = None
        self._is_ended = False
        self.is_replaced = False
        self.is_refused = False

    async def send(self, message: Message) -> None:
        """Take a message of the application.

        Raises:
            UnsupportedOperationError: P2026, it is a part of a stream; the client was told.
        """
        if self.is_replaced:
            return
        if self._is_ended:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
            if _is_error(message):
                await self._end(partial(self._drop, None))
            elif _has_length(message):
                await self._end(self._keep)
        elif self._start is None:  # early hints and the like
            await self._send(message)
        elif message["type"] == "http.response.body" and message.get("more_body", False):
            await self._refuse()
        else:
            await self._end(self._keep)
            await self.send(message)

    async def end(self, error: BaseException | None = None) -> None:
        """The application returned, or raised an error: what was not kept is dropped."""
        if not self._is_ended:
            self._is_ended = True
            await self._drop(error)

    async def _end(self, how: Callable[[], Awaitable[None]]) -> None:
        self._is_ended = True
        try:
            await how()
        except PrismaError as error:
            self.is_replaced = True
            await self._answer(error)
        else:
            if self._start is not None:
                await self._send(self._start)

    async def _refuse(self) -> None:
        await self.end()
        self.is_replaced = self.is_refused = True
        error = unsupported(
            "A streaming response in a transaction of its request",
            "it would be sent before it is known whether the work is kept. Leave its path out by "
            "`only`, or answer at once",
        )
        await self._answer(error)
        raise error


def _is_error(start: Message) -> bool:
    status: int = start["status"]
    return status >= HTTPStatus.BAD_REQUEST


def _has_length(start: Message) -> bool:
    """Whether the response is no stream, even if a middleware sends it in parts."""
    return any(name.lower() == b"content-length" for name, _ in start.get("headers", ()))
