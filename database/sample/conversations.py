"""The conversations of an instance: messages, threads, reactions, pins, and what is unread."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Final

from prisma.enums import NotificationType, PartType

from database.sample.rows import END, MIDDLE, Chance, Instance, MessageRow, Room, UserRow, notify
from database.sample.words import CLAUSES, EMOJIS, ENDINGS, OPENINGS

RECENT: Final = 20
"""The number of last messages of a place that a reply may go to."""


def converse(
    made: Instance, chance: Chance, channels: list[Room], groups: list[Room], count: int
) -> None:
    """Add `count` messages: a tenth to the groups, the most to the first channels."""
    weights = [1 / (1 + place % 4) for place in range(len(channels))]
    weights += [sum(weights) / 9 / len(groups)] * len(groups)
    rooms = channels + groups
    shares = Counter(chance.choices(range(len(rooms)), weights, k=count))
    for place, room in enumerate(rooms):
        _fill(made, chance, room, shares[place])
        made.messages += room.messages
    for room in channels:
        _add_receipts(made, chance, room)
    for room, row in zip(groups, made.groups, strict=True):
        row["updatedAt"] = room.messages[-1]["sentAt"] if room.messages else row["createdAt"]
        _add_group_members(made, chance, room)


def _fill(made: Instance, chance: Chance, room: Room, count: int) -> None:
    recent: deque[MessageRow] = deque(maxlen=RECENT)
    for moment in sorted(chance.between(MIDDLE, END) for _ in range(count)):
        author = chance.choice(room.members)
        message = _message(chance, room, author, moment)
        room.messages.append(message)
        if recent and chance.random() < 0.25:
            _reply(made, chance, chance.choice(recent), message)
        elif not message["isDeleted"]:
            recent.append(message)
        if chance.random() < 0.1:
            _mention(made, chance, room, message)
        if chance.random() < 0.2:
            _react(chance, room, message)


def _message(chance: Chance, room: Room, author: UserRow, moment: datetime) -> MessageRow:
    text = f"{chance.choice(OPENINGS)} {chance.choice(CLAUSES)}. {chance.choice(ENDINGS)}"
    message: MessageRow = {
        "id": chance.object_id(moment),
        "authorId": author["id"],
        "content": text,
        "parts": [{"type": PartType.TEXT, "text": text}],
        "mentionedUserIds": [],
        "reactions": [],
        "attachments": [],
        "sentAt": moment,
        "isDeleted": False,
        "replyCount": 0,
    }
    if room.community_id:
        message["channelId"] = room.id
    else:
        message["directMessageGroupId"] = room.id
    later = moment + timedelta(minutes=chance.randint(1, 30))
    fate = chance.random()
    if fate < 0.01:
        message.update({"isDeleted": True, "deletedAt": later})
    elif fate < 0.04:
        message["editedAt"] = later
    elif fate < 0.05 and room.community_id:
        message.update({"isPinned": True, "pinnedAt": later})
        message["pinnedById"] = chance.choice(room.members)["id"]
    return message


def _reply(made: Instance, chance: Chance, parent: MessageRow, reply: MessageRow) -> None:
    """Make a message a reply, and count it where it is shown."""
    reply["parentMessageId"] = parent["id"]
    if reply["isDeleted"]:
        return
    parent["replyCount"] += 1
    parent["lastReplyAt"] = reply["sentAt"]
    if parent["authorId"] != reply["authorId"]:
        _tell(made, chance, NotificationType.REPLY, str(parent["authorId"]), reply)


def _mention(made: Instance, chance: Chance, room: Room, message: MessageRow) -> None:
    """Put the name of a member before the text."""
    member = chance.choice(room.members)
    if member["id"] == message["authorId"]:
        return
    name, text = f"@{member['username']}", message["content"]
    message["content"] = f"{name} {text}"
    message["parts"] = [
        {"type": PartType.MENTION, "text": name, "userId": member["id"]},
        {"type": PartType.TEXT, "text": f" {text}"},
    ]
    message["mentionedUserIds"] = [member["id"]]
    if not message["isDeleted"]:
        _tell(made, chance, NotificationType.MENTION, member["id"], message)


def _tell(
    made: Instance, chance: Chance, kind: NotificationType, user_id: str, message: MessageRow
) -> None:
    """Notify a user of a message."""
    row = notify(made, chance, kind, user_id, str(message["authorId"]), message["sentAt"])
    row["messageId"] = message["id"]
    if "channelId" in message:
        row["channelId"] = message["channelId"]


def _react(chance: Chance, room: Room, message: MessageRow) -> None:
    most = min(5, len(room.members))
    message["reactions"] = [
        {
            "emoji": emoji,
            "userIds": [
                user["id"] for user in chance.sample(room.members, chance.randint(1, most))
            ],
        }
        for emoji in chance.sample(EMOJIS, chance.randint(1, 3))
    ]


def _add_receipts(made: Instance, chance: Chance, room: Room) -> None:
    """Say how far each member has read; the last messages are unread, for some all of them."""
    for member in room.members if room.messages else ():
        if chance.random() < 0.9:
            last = _last_read(chance, room)
            made.receipts.append(
                {
                    "id": chance.object_id(last["sentAt"]),
                    "userId": member["id"],
                    "channelId": room.id,
                    "lastReadMessageId": last["id"],
                    "lastReadAt": last["sentAt"],
                }
            )


def _add_group_members(made: Instance, chance: Chance, room: Room) -> None:
    for member in room.members:
        made.group_members.append(
            {
                "id": chance.object_id(MIDDLE),
                "groupId": room.id,
                "userId": member["id"],
                "joinedAt": MIDDLE,
                "lastReadAt": _last_read(chance, room)["sentAt"] if room.messages else MIDDLE,
            }
        )


def _last_read(chance: Chance, room: Room) -> MessageRow:
    """One of the messages, mostly one of the last."""
    unread = int(len(room.messages) * chance.random() ** 6)
    return room.messages[-1 - unread]
