"""A chat back end in one file: FastAPI over the application container.

    uvicorn --factory docs.examples.chat_api:create_app

It needs DATABASE_URL, or DATABASE_EMBEDDED=true. tests/containers/test_checks_asgi.py runs it.
"""

from __future__ import annotations

import logging
from typing import Annotated

from anyio import from_thread
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel

from containers import ApplicationContainer
from containers.communities import ChannelService, CommunityService
from containers.errors import FEATURE_STATUS
from containers.messages import MessageService
from containers.users import UserService
from database import DatabaseService
from database.selections import FoundedCommunity, MessageView, Profile
from prismongo.containers.asgi import answer_errors, health, lifespan, provided

Users = Annotated[UserService, Depends(provided(ApplicationContainer.users.service))]
Communities = Annotated[
    CommunityService, Depends(provided(ApplicationContainer.communities.service))
]
Messages = Annotated[MessageService, Depends(provided(ApplicationContainer.messages.service))]
Channels = Annotated[ChannelService, Depends(provided(ApplicationContainer.communities.channels))]
Database = Annotated[DatabaseService, Depends(provided(ApplicationContainer.database.service))]

logger = logging.getLogger(__name__)
router = APIRouter()


class Registration(BaseModel):
    """A new user."""

    username: str
    password: str


class Founding(BaseModel):
    """A new community."""

    name: str
    owner_id: str


class Draft(BaseModel):
    """A new message."""

    author_id: str
    content: str


@router.post("/users", status_code=201)
async def register(registration: Registration, users: Users) -> Profile:
    """409 if the name is taken."""
    user = await users.register(registration.username, registration.password)
    return await users.profile(user.id)


@router.get("/users/{user_id}")
def profile(user_id: str, users: Users) -> Profile:
    """A synchronous endpoint: it runs in a thread, and calls async methods on the event loop."""
    return from_thread.run(users.profile, user_id)


@router.post("/communities", status_code=201)
async def found(founding: Founding, communities: Communities) -> FoundedCommunity:
    """404 if the owner does not exist; nothing is created."""
    return await communities.create(founding.name, founding.owner_id)


@router.put("/communities/{community_id}/owner", status_code=204)
async def hand_over(community_id: str, owner_id: str, database: Database) -> None:
    """404 if the new owner is not a member; the error rolls the block back."""
    async with database.atomic():
        await database.community.update(
            where={"id": community_id}, data={"owner": {"connect": {"id": owner_id}}}
        )
        await database.membership.find_unique_or_raise(
            where={"userId_communityId": {"userId": owner_id, "communityId": community_id}}
        )


@router.put("/communities/{community_id}/members/{user_id}", status_code=201)
async def join(
    community_id: str,
    user_id: str,
    database: Database,
    communities: Communities,
    channels: Channels,
    messages: Messages,
) -> MessageView:
    """Join, and say so in the first channel: both or neither; 409 for a member."""

    async def enter() -> MessageView:
        await communities.join(community_id, user_id)
        first, *_ = await channels.visible(community_id, user_id)
        database.after_commit(lambda: logger.info("%s has joined %s", user_id, community_id))
        return await messages.post(first.id, user_id, "I am here.")

    return await database.atomic.run(enter)  # it starts again after a conflict


@router.post("/channels/{channel_id}/messages", status_code=201)
async def post(channel_id: str, draft: Draft, messages: Messages) -> MessageView:
    """Post a message; returns it with its author."""
    return await messages.post(channel_id, draft.author_id, draft.content)


@router.get("/channels/{channel_id}/messages")
async def page(channel_id: str, messages: Messages, before: str | None = None) -> list[MessageView]:
    """The newest first; `before` is the id of the oldest one seen."""
    return await messages.page(channel_id, before=before)


@router.get("/alive", status_code=204)
async def alive() -> None:
    """For a liveness probe: the event loop answers, whether or not the database does."""


def create_app(container: ApplicationContainer | None = None) -> FastAPI:
    """The application; its container starts with it, and stops after its last request."""
    app = FastAPI(title="Chat", lifespan=lifespan(container or ApplicationContainer()))
    answer_errors(app, FEATURE_STATUS)
    app.add_route("/health", health(ApplicationContainer.database.service))
    app.include_router(router)
    return app
