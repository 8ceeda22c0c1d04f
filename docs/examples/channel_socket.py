"""The events of a channel over WebSockets, added to the chat back end of chat_api.py.

    uvicorn --factory docs.examples.channel_socket:create_app

`ws://…/channels/{id}/events` sends all later events as JSON; `?after=token` continues after an
event. A disconnected client connects again with the last token that it received, and misses
nothing. tests/kraken/features/test_messages_socket.py runs it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import IntEnum
from typing import Any, assert_never

from fastapi import APIRouter, FastAPI, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from containers import ApplicationContainer
from containers.messages import (
    ChannelEvent,
    ChannelEvents,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from docs.examples import chat_api
from docs.examples.chat_api import Messages
from prismongo.errors import ChangeStreamError, HistoryLostError, SlowConsumerError

router = APIRouter()

BUFFER = 200
"""How many events may wait for a client."""


class Close(IntEnum):
    """Why the server closes a socket (RFC 6455, section 7.4); codes from 4000 are private."""

    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    NO_TOKEN = 4400
    READ_ANEW = 4410


@router.websocket("/channels/{channel_id}/events")
async def follow(
    socket: WebSocket, channel_id: str, messages: Messages, after: str | None = None
) -> None:
    """Send a channel's events until the client disconnects or is too slow."""
    # "fail": a client that does not read must not block the others of the channel.
    subscribed = messages.subscribe(channel_id, resume_after=after, buffer=BUFFER, policy="fail")
    try:
        async with subscribed as events:
            await socket.accept()  # from here on no event is missed
            await _send_while_connected(socket, events)
    except ChangeStreamError as error:
        if socket.application_state is WebSocketState.CONNECTING:
            await socket.accept()  # else the client would see a plain 403
        await socket.close(_reason(error))


async def _send_while_connected(socket: WebSocket, events: ChannelEvents) -> None:
    """Send and read at the same time: only reading shows that the client has disconnected."""
    sending = asyncio.create_task(_send(socket, events))
    reading = asyncio.create_task(_read(socket))
    try:
        await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, reading):
            task.cancel()
        await asyncio.gather(sending, reading, return_exceptions=True)
    if not sending.cancelled():
        with suppress(WebSocketDisconnect):
            sending.result()


async def _send(socket: WebSocket, events: ChannelEvents) -> None:
    async for event in events:
        await socket.send_json({**as_json(event), "token": event.token})
    await socket.close(Close.SERVICE_RESTART)  # the database was disconnected


async def _read(socket: WebSocket) -> None:
    """Return when the client has disconnected; its messages are ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def as_json(event: ChannelEvent) -> dict[str, Any]:
    """An event as clients see it."""
    match event:
        case MessagePosted():
            return {"event": "posted", "message": event.message.model_dump(mode="json")}
        case MessageEdited():
            return {"event": "edited", "message": event.message.model_dump(mode="json")}
        case MessageDeleted():
            return {"event": "deleted", "message": {"id": event.message.id}}
        case ReactionAdded():
            return {"event": "reacted", "reaction": _reaction(event)}
        case ReactionRemoved():
            return {"event": "unreacted", "reaction": _reaction(event)}
        case _:
            assert_never(event)


def _reaction(event: ReactionAdded | ReactionRemoved) -> dict[str, str | None]:
    user = event.user.username if event.user else None
    return {"message_id": event.message_id, "user": user, "emoji": event.emoji}


def _reason(error: ChangeStreamError) -> Close:
    match error:
        case SlowConsumerError():
            return Close.TRY_AGAIN_LATER
        case HistoryLostError():
            return Close.READ_ANEW
        case ChangeStreamError(code="P2009"):
            return Close.NO_TOKEN
        case _:
            return Close.INTERNAL_ERROR


def create_app(container: ApplicationContainer | None = None) -> FastAPI:
    """The chat back end with the events of channels."""
    app = chat_api.create_app(container)
    app.include_router(router)
    return app
