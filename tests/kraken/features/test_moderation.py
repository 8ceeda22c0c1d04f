"""Roles, private channels, and what moderators do."""

from __future__ import annotations

import asyncio
import logging

import pytest
from prisma.enums import Permission
from prisma.errors import UniqueViolationError
from prisma.models import User

from containers import ApplicationContainer
from containers.communities import ChannelService, CommunityService
from containers.errors import NotAllowedError, NotFoundError
from containers.messages import MessageService
from containers.moderation import ModerationService
from database.selections import ChannelView, FoundedCommunity

NOBODY = "0" * 24


@pytest.fixture
def communities(container: ApplicationContainer) -> CommunityService:
    return container.communities.service()


@pytest.fixture
def channels(container: ApplicationContainer) -> ChannelService:
    return container.communities.channels()


@pytest.fixture
def messages(container: ApplicationContainer) -> MessageService:
    return container.messages.service()


@pytest.fixture
def moderation(container: ApplicationContainer) -> ModerationService:
    return container.moderation.service()


@pytest.fixture
async def member(communities: CommunityService, community: FoundedCommunity, grace: User) -> User:
    """Grace, who is a member of Ada's community."""
    await communities.join(community.id, grace.id)
    return grace


async def allow(
    communities: CommunityService, community: FoundedCommunity, user: User, what: Permission
) -> None:
    role = await communities.create_role(community.id, what.value, [what])
    await communities.give_role(role.id, user.id)


def names(channels: list[ChannelView]) -> list[str]:
    return [channel.name for channel in channels]


# --- roles ---


async def test_roles_are_listed_with_their_users(
    communities: CommunityService, community: FoundedCommunity, member: User
) -> None:
    await allow(communities, community, member, Permission.MANAGE_MESSAGES)
    roles = await communities.roles(community.id)
    assert [(role.name, role.is_default, role.users) for role in roles] == [
        ("MANAGE_MESSAGES", False, 1),
        ("everyone", True, 0),
    ]
    assert await communities.roles(NOBODY) == []


async def test_a_role_that_is_changed_changes_what_its_users_may(
    communities: CommunityService, community: FoundedCommunity, member: User
) -> None:
    role = await communities.create_role(community.id, "mods", [Permission.MANAGE_MESSAGES])
    await communities.give_role(role.id, member.id)
    changed = await communities.change_role(
        role.id, name="guards", permissions=[Permission.REMOVE_MEMBERS], position=1
    )
    assert (changed.name, changed.permissions) == ("guards", [Permission.REMOVE_MEMBERS])
    unchanged = await communities.change_role(role.id)
    assert (unchanged.name, unchanged.position) == ("guards", 1)
    allowed = await communities.permissions(community.id, member.id)
    assert Permission.REMOVE_MEMBERS in allowed
    assert Permission.MANAGE_MESSAGES not in allowed
    with pytest.raises(UniqueViolationError):
        await communities.change_role(role.id, name="everyone")
    with pytest.raises(NotFoundError):
        await communities.change_role(NOBODY, name="nobody")


async def test_a_deleted_role_is_taken_from_its_users(
    communities: CommunityService, community: FoundedCommunity, member: User
) -> None:
    role = await communities.create_role(community.id, "mods", [Permission.MANAGE_MESSAGES])
    await communities.give_role(role.id, member.id)
    await communities.delete_role(role.id)
    assert await communities.database.userrole.count() == 0
    with pytest.raises(NotFoundError):
        await communities.delete_role(role.id)
    (default,) = await communities.roles(community.id)
    with pytest.raises(NotAllowedError):
        await communities.delete_role(default.id)


# --- moderators ---


async def test_a_moderator_removes_members_but_not_the_owner(
    moderation: ModerationService,
    communities: CommunityService,
    community: FoundedCommunity,
    ada: User,
    member: User,
    container: ApplicationContainer,
) -> None:
    charles = await container.users.service().register("charles", "x")
    await communities.join(community.id, charles.id)
    with pytest.raises(NotAllowedError):
        await moderation.remove_member(community.id, charles.id, moderator_id=member.id)
    await allow(communities, community, member, Permission.REMOVE_MEMBERS)
    await moderation.remove_member(community.id, charles.id, moderator_id=member.id)
    await moderation.remove_member(community.id, charles.id, moderator_id=member.id)
    assert not await communities.is_member(community.id, charles.id)
    with pytest.raises(NotAllowedError, match="owner"):
        await moderation.remove_member(community.id, ada.id, moderator_id=member.id)
    assert await communities.is_member(community.id, ada.id)


async def test_a_moderator_deletes_messages_of_others(
    moderation: ModerationService,
    communities: CommunityService,
    community: FoundedCommunity,
    messages: MessageService,
    channel_id: str,
    ada: User,
    member: User,
) -> None:
    root = await messages.post(channel_id, ada.id, "hello")
    reply = await messages.post(channel_id, ada.id, "noise", reply_to=root.id)
    with pytest.raises(NotAllowedError, match="MANAGE_MESSAGES"):
        await moderation.delete_message(reply.id, moderator_id=member.id)
    await allow(communities, community, member, Permission.MANAGE_MESSAGES)
    await asyncio.gather(
        *(moderation.delete_message(reply.id, moderator_id=member.id) for _ in range(4))
    )
    (shown,) = await messages.page(channel_id)
    assert (shown.id, shown.reply_count) == (root.id, 0)
    with pytest.raises(NotFoundError):
        await moderation.delete_message(NOBODY, moderator_id=member.id)


async def test_a_moderator_of_one_community_is_none_of_another(
    moderation: ModerationService,
    communities: CommunityService,
    messages: MessageService,
    channel_id: str,
    ada: User,
    member: User,
) -> None:
    await communities.create("Apples", member.id)
    message = await messages.post(channel_id, ada.id, "hello")
    with pytest.raises(NotAllowedError):
        await moderation.delete_message(message.id, moderator_id=member.id)


# --- private channels ---


async def test_a_private_channel_is_seen_by_who_was_let_in(
    channels: ChannelService, community: FoundedCommunity, ada: User, member: User
) -> None:
    secret = await channels.create(community.id, "secret", topic="plans", private_to=ada.id)
    await channels.create(community.id, "public")
    everything = ["general", "public", "secret", "random"]
    assert names(await channels.visible(community.id, ada.id)) == everything
    assert names(await channels.visible(community.id, member.id)) == ["general", "public", "random"]
    await channels.require_visible(secret.id, ada.id)
    with pytest.raises(NotFoundError):
        await channels.require_visible(secret.id, member.id)
    await asyncio.gather(*(channels.admit(secret.id, member.id) for _ in range(4)))
    await channels.require_visible(secret.id, member.id)
    assert await channels.dismiss(secret.id, member.id)
    assert not await channels.dismiss(secret.id, member.id)
    with pytest.raises(NotFoundError):
        await channels.require_visible(secret.id, member.id)


async def test_who_is_no_member_sees_no_channel(
    channels: ChannelService,
    communities: CommunityService,
    community: FoundedCommunity,
    channel_id: str,
    ada: User,
    grace: User,
) -> None:
    secret = await channels.create(community.id, "secret", private_to=ada.id)
    assert await channels.visible(community.id, grace.id) == []
    for channel in (channel_id, secret.id):
        with pytest.raises(NotFoundError):
            await channels.require_visible(channel, grace.id)
        with pytest.raises(NotFoundError):
            await channels.admit(channel, grace.id)
    await communities.join(community.id, grace.id)
    await channels.admit(secret.id, grace.id)
    await communities.leave(community.id, grace.id)
    assert await channels.visible(community.id, grace.id) == []


async def test_who_joins_begins_without_roles_and_private_channels(
    channels: ChannelService,
    communities: CommunityService,
    community: FoundedCommunity,
    ada: User,
    grace: User,
) -> None:
    """They may have been given at the moment when the user left."""
    secret = await channels.create(community.id, "secret", private_to=ada.id)
    role = await communities.create_role(community.id, "mods", [Permission.MANAGE_MESSAGES])
    database = communities.database
    await database.channelmembership.create(data={"userId": grace.id, "channelId": secret.id})
    await database.userrole.create(
        data={"userId": grace.id, "roleId": role.id, "communityId": community.id}
    )
    await communities.join(community.id, grace.id)
    assert Permission.MANAGE_MESSAGES not in await communities.permissions(community.id, grace.id)
    assert "secret" not in names(await channels.visible(community.id, grace.id))
    await channels.require_visible(secret.id, ada.id)


async def test_an_act_is_logged_once_it_is_kept(
    moderation: ModerationService,
    communities: CommunityService,
    community: FoundedCommunity,
    member: User,
    ada: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "containers.moderation.service")
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - raised through the block that it ends
        async with moderation.database.atomic():
            await moderation.remove_member(community.id, member.id, moderator_id=ada.id)
            raise ZeroDivisionError
    assert await communities.is_member(community.id, member.id)
    assert caplog.messages == []
    async with moderation.database.atomic():
        await moderation.remove_member(community.id, member.id, moderator_id=ada.id)
        assert caplog.messages == []
    await moderation.remove_member(community.id, member.id, moderator_id=ada.id)  # no member
    assert caplog.messages == [f"{ada.id} removed member {member.id} of community {community.id}"]
