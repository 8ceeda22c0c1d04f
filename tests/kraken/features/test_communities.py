"""Communities: founding, joining, roles, counts, and their end."""

from __future__ import annotations

import asyncio

import pytest
from prisma.enums import Permission
from prisma.errors import UniqueViolationError
from prisma.models import Community, Membership, User

from containers import ApplicationContainer
from containers.communities import CommunityService
from containers.errors import NotAllowedError, NotFoundError
from tests.records import user

NOBODY = "0" * 24


@pytest.fixture
def communities(container: ApplicationContainer) -> CommunityService:
    return container.communities.service()


async def names_of(communities: CommunityService, user: User) -> list[str]:
    """The communities of a user by the id lists, as the seed reads them."""
    found = await communities.database.user.find_unique_or_raise(
        where={"id": user.id}, include={"communities": True}
    )
    return sorted(community.name for community in found.communities or [])


async def listed(communities: CommunityService, user: User) -> list[str]:
    """The id list itself, which may name what is no more."""
    found = await communities.database.user.find_unique_or_raise(where={"id": user.id})
    return found.communityIds


async def test_create_makes_owner_member_channels_and_default_role(
    communities: CommunityService, ada: User
) -> None:
    community = await communities.create("Engines", ada.id, channels=["one", "two", "three"])
    assert community.owner_id == ada.id
    assert [channel.name for channel in community.channels or []] == ["one", "two", "three"]
    assert await communities.is_member(community.id, ada.id)
    assert await names_of(communities, ada) == ["Engines"]
    roles = await communities.database.role.find_many(where={"communityId": community.id})
    assert [(role.name, role.isDefault) for role in roles] == [("everyone", True)]


async def test_a_taken_name_leaves_nothing(
    communities: CommunityService, ada: User, community: Community
) -> None:
    with pytest.raises(UniqueViolationError):
        await communities.create(community.name, ada.id)
    database = communities.database
    assert await database.community.count() == 1
    assert await database.channel.count() == 2
    assert await database.membership.count() == 1
    assert await database.role.count() == 1


async def test_an_unknown_owner_leaves_nothing(communities: CommunityService) -> None:
    with pytest.raises(NotFoundError):
        await communities.create("Engines", NOBODY)
    assert await communities.database.community.count() == 0
    assert await communities.database.channel.count() == 0


async def test_join_and_leave_change_both_forms_of_a_membership(
    communities: CommunityService, grace: User, community: Community
) -> None:
    await communities.join(community.id, grace.id)
    assert await communities.is_member(community.id, grace.id)
    assert await names_of(communities, grace) == [community.name]
    await communities.leave(community.id, grace.id)
    await communities.leave(community.id, grace.id)
    assert not await communities.is_member(community.id, grace.id)
    assert await names_of(communities, grace) == []


async def test_joining_at_once_gives_one_membership(
    communities: CommunityService, grace: User, community: Community
) -> None:
    tries = [communities.join(community.id, grace.id) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [result for result in results if isinstance(result, UniqueViolationError)]
    assert len(refused) == 4
    assert await communities.database.membership.count(where={"userId": grace.id}) == 1


async def test_many_join_at_once(
    container: ApplicationContainer, communities: CommunityService, community: Community
) -> None:
    users = container.users.service()
    people = [await users.register(f"user{number}", "x") for number in range(8)]
    await asyncio.gather(*(communities.join(community.id, user.id) for user in people))
    found = await communities.database.community.find_unique_or_raise(
        where={"id": community.id}, include={"users": True, "memberships": True}
    )
    assert len(found.users or []) == 9
    assert len(found.memberships or []) == 9


async def test_of_joining_and_deleting_at_once_nothing_is_left(
    communities: CommunityService, ada: User, grace: User
) -> None:
    for number in range(12):
        community = await communities.create(f"Engines {number}", ada.id)
        results = await asyncio.gather(
            communities.join(community.id, grace.id),
            communities.delete(community.id, ada.id),
            return_exceptions=True,
        )
        assert isinstance(results[0], Membership | NotFoundError)
        assert results[1] is None
    assert await communities.database.membership.count() == 0
    assert await listed(communities, grace) == []


async def test_who_comes_back_has_no_roles_and_no_private_channels(
    communities: CommunityService, grace: User, community: Community, channel_id: str
) -> None:
    await communities.join(community.id, grace.id)
    role = await communities.create_role(community.id, "mods", [Permission.MANAGE_MESSAGES])
    await communities.give_role(role.id, grace.id)
    database = communities.database
    await database.channelmembership.create(data={"userId": grace.id, "channelId": channel_id})
    await communities.leave(community.id, grace.id)
    await communities.join(community.id, grace.id)
    allowed = await communities.permissions(community.id, grace.id)
    assert Permission.MANAGE_MESSAGES not in allowed
    assert await database.channelmembership.count() == 0


async def test_joining_what_is_not_there(
    communities: CommunityService, ada: User, community: Community
) -> None:
    with pytest.raises(NotFoundError):
        await communities.join(NOBODY, ada.id)
    with pytest.raises(NotFoundError):
        await communities.join(community.id, NOBODY)


async def test_a_user_is_created_with_the_membership_or_not_at_all(
    communities: CommunityService, community: Community
) -> None:
    created, membership = await communities.create_member(community.id, user("new"))
    assert membership.userId == created.id
    with pytest.raises(NotFoundError):
        await communities.create_member(NOBODY, user("other"))
    found = await communities.database.user.find_many(order={"username": "asc"})
    assert [one.username for one in found] == ["ada", "new"]


async def test_the_owner_stays(
    communities: CommunityService, ada: User, community: Community
) -> None:
    for owner in (ada.id, ada.id.upper()):
        with pytest.raises(NotAllowedError):
            await communities.leave(community.id, owner)


async def test_mine_lists_with_counts(
    communities: CommunityService, ada: User, grace: User, community: Community
) -> None:
    await communities.create("Apples", grace.id, channels=[])
    await communities.join(community.id, grace.id)
    cards = await communities.mine(grace.id)
    assert [(card.name, card.members, card.channels) for card in cards] == [
        ("Apples", 1, 0),
        ("Engines", 2, 2),
    ]
    assert [card.name for card in await communities.mine(ada.id)] == ["Engines"]
    assert await communities.mine(NOBODY) == []


async def test_permissions_come_from_ownership_and_roles(
    communities: CommunityService, ada: User, grace: User, community: Community
) -> None:
    assert await communities.permissions(community.id, ada.id) == set(Permission)
    assert await communities.permissions(community.id, grace.id) == set()
    await communities.join(community.id, grace.id)
    default = {Permission.POST_MESSAGES, Permission.ADD_REACTIONS}
    assert await communities.permissions(community.id, grace.id) == default
    role = await communities.create_role(community.id, "mods", [Permission.MANAGE_MESSAGES])
    await communities.give_role(role.id, grace.id)
    await communities.give_role(role.id, grace.id)
    await communities.require(community.id, grace.id, Permission.MANAGE_MESSAGES)
    with pytest.raises(NotAllowedError, match="MANAGE_ROLES"):
        await communities.require(community.id, grace.id, Permission.MANAGE_ROLES)
    await communities.take_role(role.id, grace.id)
    assert await communities.permissions(community.id, grace.id) == default


async def test_a_role_is_for_members_and_its_name_is_taken_once(
    communities: CommunityService, grace: User, community: Community
) -> None:
    role = await communities.create_role(community.id, "mods", [])
    with pytest.raises(NotFoundError):
        await communities.give_role(role.id, grace.id)
    with pytest.raises(UniqueViolationError):
        await communities.create_role(community.id, "mods", [])


async def test_delete_takes_everything_it_owns_and_nothing_else(
    container: ApplicationContainer,
    communities: CommunityService,
    ada: User,
    grace: User,
    community: Community,
    channel_id: str,
) -> None:
    other = await communities.create("Apples", grace.id)
    await communities.join(community.id, grace.id)
    role = await communities.create_role(community.id, "mods", [])
    await communities.give_role(role.id, grace.id)
    messages = container.messages.service()
    message = await messages.post(channel_id, grace.id, "hello")
    await messages.react(message.id, ada.id, "+1")
    await container.messages.reading().mark_read(ada.id, message.id)
    with pytest.raises(NotAllowedError):
        await communities.delete(community.id, grace.id)
    await communities.delete(community.id, ada.id)
    database = communities.database
    assert [found.id for found in await database.community.find_many()] == [other.id]
    assert {found.communityId for found in await database.channel.find_many()} == {other.id}
    assert {found.communityId for found in await database.role.find_many()} == {other.id}
    assert {found.communityId for found in await database.membership.find_many()} == {other.id}
    assert await database.message.count() == 0
    assert await database.readreceipt.count() == 0
    assert await database.userrole.count() == 0
    assert await names_of(communities, grace) == ["Apples"]
    assert await listed(communities, grace) == [other.id]
    assert await listed(communities, ada) == []
    assert await database.user.count() == 2
