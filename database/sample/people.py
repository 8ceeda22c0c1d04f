"""The people of an instance: users, and who is whose friend."""

from __future__ import annotations

from itertools import product
from typing import Final

from prisma.enums import FriendshipStatus, InstanceRole, NotificationType
from prisma.types import FriendshipCreateWithoutRelationsInput

from database.friendships import pair_of
from database.sample.rows import BEGIN, END, HASHED, MIDDLE, Chance, Instance, UserRow, notify
from database.sample.words import BIOS, FIRST_NAMES, LAST_NAMES

SPECIAL: Final = {0: InstanceRole.OWNER, 1: InstanceRole.ADMIN}
ANSWERS: Final = [FriendshipStatus.ACCEPTED, FriendshipStatus.PENDING, FriendshipStatus.DECLINED]


def add_users(made: Instance, chance: Chance, count: int, instance_id: str) -> None:
    """Add users; no two have the same name."""
    names = list(product(FIRST_NAMES.split(), LAST_NAMES.split()))
    chance.shuffle(names)
    for position in range(count):
        again, place = divmod(position, len(names))
        first, last = names[place]
        user = _user(chance, f"{first}.{last}{again or ''}".lower(), f"{first} {last}")
        user["role"] = SPECIAL.get(position, InstanceRole.MEMBER)
        user["instanceId"] = instance_id
        made.users.append(user)


def _user(chance: Chance, username: str, name: str) -> UserRow:
    registered = chance.between(BEGIN, MIDDLE)
    return {
        "id": chance.object_id(registered),
        "username": username,
        "hashedPassword": HASHED,
        "email": f"{username}@example.org",
        "displayName": name,
        "bio": chance.choice(BIOS),
        "communityIds": [],
        "createdAt": registered,
        "updatedAt": registered,
        "lastSeenAt": chance.between(MIDDLE, END),
    }


def add_friendships(made: Instance, chance: Chance, count: int) -> None:
    """Add friendships, at most one of two users, most of them accepted."""
    seen: set[frozenset[str]] = set()
    for _ in range(count):
        asking, asked = (user["id"] for user in chance.sample(made.users, 2))
        if frozenset((asking, asked)) not in seen:
            seen.add(frozenset((asking, asked)))
            _ask(made, chance, asking, asked)


def _ask(made: Instance, chance: Chance, asking: str, asked: str) -> None:
    moment, [status] = chance.between(MIDDLE, END), chance.choices(ANSWERS, (6, 2, 1))
    row: FriendshipCreateWithoutRelationsInput = {
        "id": chance.object_id(moment),
        "requesterId": asking,
        "addresseeId": asked,
        "pair": pair_of(asking, asked),
        "status": status,
        "createdAt": moment,
    }
    if status is FriendshipStatus.PENDING:
        notify(made, chance, NotificationType.FRIEND_REQUEST, asked, asking, moment)
    else:
        row["answeredAt"] = chance.between(moment, END)
    made.friendships.append(row)
