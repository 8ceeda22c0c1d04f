"""The places of an instance: communities with members, roles and channels; direct messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from prisma.enums import Permission

from database.sample.rows import MIDDLE, Chance, Instance, Room, UserRow
from database.sample.words import CHANNELS, COMMUNITIES

ROLES: Final = (
    ("everyone", [Permission.POST_MESSAGES, Permission.ADD_REACTIONS]),
    ("moderator", [Permission.MANAGE_MESSAGES, Permission.REMOVE_MEMBERS]),
    ("admin", list(Permission)),
)
"""The first one is every member's; two members have each of the others."""


def add_communities(made: Instance, chance: Chance, count: int) -> list[Room]:
    """Add communities with all that is in them; returns their channels."""
    rooms: list[Room] = []
    for position in range(count):
        again, place = divmod(position, len(COMMUNITIES))
        name, description = COMMUNITIES[place]
        founded = chance.between(MIDDLE - timedelta(days=1), MIDDLE)
        share = chance.randint(len(made.users) // 3, len(made.users))
        members = chance.sample(made.users, share)
        community_id = chance.object_id(founded)
        made.communities.append(
            {
                "id": community_id,
                "name": f"{name} {again + 1}" if again else name,
                "description": description,
                "ownerId": members[0]["id"],
                "isPublic": position % 2 == 0,
                "userIds": [member["id"] for member in members],
                "createdAt": founded,
                "updatedAt": founded,
            }
        )
        _add_members(made, chance, community_id, founded, members)
        _add_roles(made, chance, community_id, founded, members)
        rooms += _add_channels(made, chance, community_id, founded, members)
    return rooms


def _add_members(
    made: Instance, chance: Chance, community_id: str, founded: datetime, members: list[UserRow]
) -> None:
    for member in members:
        member["communityIds"].append(community_id)
        made.memberships.append(
            {
                "id": chance.object_id(founded),
                "userId": member["id"],
                "communityId": community_id,
                "joinedAt": founded,
            }
        )


def _add_roles(
    made: Instance, chance: Chance, community_id: str, founded: datetime, members: list[UserRow]
) -> None:
    for position, (name, permissions) in enumerate(ROLES):
        role_id = chance.object_id(founded)
        made.roles.append(
            {
                "id": role_id,
                "communityId": community_id,
                "name": name,
                "permissions": permissions,
                "isDefault": position == 0,
                "position": position,
                "createdAt": founded,
            }
        )
        made.user_roles += [
            {
                "id": chance.object_id(founded),
                "userId": holder["id"],
                "roleId": role_id,
                "communityId": community_id,
                "createdAt": founded,
            }
            for holder in (chance.sample(members, 2) if position else ())
        ]


def _add_channels(
    made: Instance, chance: Chance, community_id: str, founded: datetime, members: list[UserRow]
) -> list[Room]:
    rooms = []
    for position, (name, topic) in enumerate(CHANNELS[: chance.randint(3, len(CHANNELS))]):
        room = Room(chance.object_id(founded), members, community_id)
        rooms.append(room)
        made.channels.append(
            {
                "id": room.id,
                "communityId": community_id,
                "name": name,
                "topic": topic,
                "position": position,
                "createdAt": founded,
                "updatedAt": founded,
            }
        )
    return rooms


def add_groups(made: Instance, chance: Chance, count: int) -> list[Room]:
    """Add direct message groups, most of them of two; returns them."""
    rooms = []
    for _ in range(count):
        members = chance.sample(made.users, chance.choice((2, 2, 2, 3, 4)))
        room = Room(chance.object_id(MIDDLE), members)
        rooms.append(room)
        made.groups.append({"id": room.id, "createdAt": MIDDLE, "updatedAt": MIDDLE})
    return rooms
