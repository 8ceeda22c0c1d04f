"""What consumers are given: operations, records before and after, what a `where` lets through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prisma.errors import DataError, FieldNotFoundError
from prisma.models import Message, Notification, User
from pymongo.database import Database

from database import DatabaseService
from prismongo.changes import ChangeType
from prismongo.errors import NotStartedError, UnsupportedOperationError
from prismongo.testing import factory
from tests.changes.taking import take
from tests.hostile_documents import BAD, VALUES, document

Document = dict[str, Any]
CHANNEL = "5f0000000000000000000001"
ELSEWHERE = "5f0000000000000000000002"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def test_an_insert_an_update_and_a_delete(database: DatabaseService) -> None:
    async with database.watch(Message) as changes:
        started = datetime.now(UTC) - timedelta(seconds=2)
        message = await database.message.create(data={"content": "first"})
        await database.message.update(where={"id": message.id}, data={"content": "second"})
        await database.message.delete(where={"id": message.id})
        inserted, updated, deleted = await take(changes, 3)

    assert [c.operation for c in (inserted, updated, deleted)] == ["insert", "update", "delete"]
    assert {c.id for c in (inserted, updated, deleted)} == {message.id}
    assert {c.model for c in (inserted, updated, deleted)} == {"Message"}
    assert inserted.after == message
    assert inserted.before is None
    assert updated.before == message
    assert updated.after == message.model_copy(update={"content": "second"})
    assert updated.updated_fields == {"content"}
    assert deleted.before == updated.after
    assert deleted.after is None
    assert started < inserted.time <= updated.time <= deleted.time
    assert inserted.time.tzinfo is UTC
    assert len({inserted.token, updated.token, deleted.token}) == 3


async def test_updated_fields_have_the_schemas_names(database: DatabaseService) -> None:
    message = await database.message.create(
        data={"content": "a", "mentionedUserIds": [CHANNEL, ELSEWHERE], "editedAt": None}
    )
    async with database.watch(Message) as changes:
        await database.message.update(
            where={"id": message.id},
            data={"replyCount": {"increment": 1}, "mentionedUserIds": {"push": [CHANNEL]}},
        )
        await database.message.update(
            where={"id": message.id}, data={"replyCount": 1, "mentionedUserIds": [CHANNEL]}
        )
        await database.message.update(where={"id": message.id}, data={"replyCount": 1})
        await database.message.update(where={"id": message.id}, data={"editedAt": NOON})
        names = [change.updated_fields for change in await take(changes, 3)]

    assert names == [{"replyCount", "mentionedUserIds"}, {"mentionedUserIds"}, {"editedAt"}]


async def test_updated_fields_of_updates_by_others(
    database: DatabaseService, raw: Database[Document]
) -> None:
    await database.message.create(
        data={"content": "a", "mentionedUserIds": [CHANNEL, ELSEWHERE], "editedAt": None}
    )
    async with database.watch(Message) as changes:
        raw["Message"].update_one({}, {"$unset": {"editedAt": 1}})
        raw["Message"].update_one({}, {"$set": {"notOfTheSchema": 1}})
        raw["Message"].update_one(
            {}, [{"$set": {"mentionedUserIds": {"$slice": ["$mentionedUserIds", 1]}}}]
        )
        names = [change.updated_fields for change in await take(changes, 3)]

    assert names == [{"editedAt"}, set(), {"mentionedUserIds"}]


async def test_a_replacement_is_an_update_of_every_field(
    database: DatabaseService, raw: Database[Document]
) -> None:
    message = await database.message.create(data={"content": "old"})
    document = raw["Message"].find_one() or {}
    async with database.watch(Message, operations={"update"}) as changes:
        raw["Message"].replace_one({"_id": document["_id"]}, {**document, "content": "new"})
        (change,) = await take(changes, 1)

    assert change.operation == "update"
    assert change.before == message
    assert change.after is not None
    assert change.after.content == "new"
    assert {"id", "content", "sentAt", "authorId"} <= change.updated_fields
    assert "author" not in change.updated_fields


async def test_without_images_after_is_what_the_server_finds(database: DatabaseService) -> None:
    user = await factory(User, database).create(username="ada")
    async with database.watch(User) as changes:
        await database.user.update(where={"id": user.id}, data={"bio": "one"})
        await database.user.delete(where={"id": user.id})
        updated, deleted = await take(changes, 2)

    assert updated.before is None
    assert updated.updated_fields == {"bio", "updatedAt"}
    assert (deleted.operation, deleted.id, deleted.before) == ("delete", user.id, None)


@pytest.mark.parametrize(
    ("operations", "seen"),
    [
        (None, ["insert", "update", "delete"]),
        ({"insert"}, ["insert"]),
        (["update", "delete"], ["update", "delete"]),
        (("delete",), ["delete"]),
    ],
)
async def test_operations(
    database: DatabaseService, operations: set[ChangeType] | None, seen: list[str]
) -> None:
    async with database.watch(Message, operations=operations) as changes:
        for _ in range(2):
            message = await database.message.create(data={"content": "first"})
            await database.message.update(where={"id": message.id}, data={"content": "second"})
            await database.message.delete(where={"id": message.id})
        found = await take(changes, 2 * len(seen))

    assert [change.operation for change in found] == seen * 2


async def test_a_transaction_is_seen_once_it_is_committed(database: DatabaseService) -> None:
    async with database.watch(Message) as changes:
        dropped = database.tx()
        tx = await dropped.start()
        await tx.message.create(data={"content": "rolled back"})
        await dropped.rollback()
        async with database.tx() as tx:
            await tx.message.create(data={"content": "one"})
            await tx.message.create(data={"content": "two"})
            await database.message.create(data={"content": "meanwhile"})
        found = await take(changes, 3)

    contents = [change.after.content for change in found if change.after]
    assert contents == ["meanwhile", "one", "two"]
    assert len({change.token for change in found}) == 3


# --- several models ---


async def test_two_models_are_one_stream_in_one_order(
    database: DatabaseService, cursors: Callable[[], list[int]]
) -> None:
    async with database.watch(Message, Notification) as changes:
        message = await database.message.create(data={"content": "hello"})
        notification = await database.notification.create(
            data={"messageId": message.id, "userId": CHANNEL}
        )
        await factory(User, database).create(username="ada")
        await database.message.delete(where={"id": message.id})
        found = await take(changes, 4)
        assert len(cursors()) == 1

    assert [(change.operation, change.model) for change in found] == [
        ("insert", "Message"),
        ("insert", "Notification"),
        ("delete", "Notification"),
        ("delete", "Message"),
    ]
    assert found[1].after == notification
    assert found[2].before == notification


async def test_the_whole_database_typed_by_model(
    database: DatabaseService, raw: Database[Document]
) -> None:
    async with database.watch() as changes:
        message = await database.message.create(data={"content": "hello"})
        raw["not_of_the_schema"].insert_one({})
        user = await factory(User, database).create(username="ada")
        found = await take(changes, 2)

    assert [change.after for change in found] == [message, user]
    assert [type(change.after) for change in found] == [Message, User]


# --- where ---


async def test_where_sees_records_come_into_it_and_leave_it(database: DatabaseService) -> None:
    async with database.watch(Message, where={"channelId": CHANNEL, "isPinned": True}) as changes:
        message = await database.message.create(data={"content": "a", "channelId": CHANNEL})
        await database.message.create(
            data={"content": "b", "channelId": ELSEWHERE, "isPinned": True}
        )
        for pinned in (True, False):
            await database.message.update(where={"id": message.id}, data={"isPinned": pinned})
        await database.message.update(where={"id": message.id}, data={"content": "unseen"})
        await database.message.update(where={"id": message.id}, data={"isPinned": True})
        await database.message.delete(where={"id": message.id})
        found = await take(changes, 4)

    states = [
        (
            change.operation,
            change.before.isPinned if change.before else None,
            change.after.isPinned if change.after else None,
        )
        for change in found
    ]
    assert states == [
        ("update", False, True),
        ("update", True, False),
        ("update", False, True),
        ("delete", True, None),
    ]


async def test_where_on_several_models_is_about_each(database: DatabaseService) -> None:
    async with database.watch(Message, Notification, where={"channelId": CHANNEL}) as changes:
        for channel in (ELSEWHERE, CHANNEL):
            message = await database.message.create(data={"content": "a", "channelId": channel})
            await database.notification.create(
                data={
                    "messageId": message.id,
                    "channelId": channel,
                    "userId": CHANNEL,
                }
            )
            await database.message.delete(where={"id": message.id})
        found = await take(changes, 4)

    assert [(change.operation, change.model) for change in found] == [
        ("insert", "Message"),
        ("insert", "Notification"),
        ("delete", "Notification"),
        ("delete", "Message"),
    ]


async def test_where_on_inserts_needs_no_images(database: DatabaseService) -> None:
    where = {"username": {"startswith": "a"}}
    async with database.watch(User, where=where, operations={"insert"}) as changes:
        for name in ("bob", "ada", "adam"):
            await factory(User, database).create(username=name)
        found = await take(changes, 2)

    assert [change.after.username for change in found if change.after] == ["ada", "adam"]


async def test_where_on_the_id_needs_no_images(database: DatabaseService) -> None:
    users = [await factory(User, database).create(username=name) for name in ("ada", "bob", "eve")]
    wanted = [users[0].id, users[2].id]
    async with database.watch(User, where={"id": {"in": wanted}}) as changes:
        for user in users:
            await database.user.update(where={"id": user.id}, data={"bio": "-"})
            await database.user.delete(where={"id": user.id})
        found = await take(changes, 4)

    assert [(change.operation, change.id) for change in found] == [
        ("update", users[0].id),
        ("delete", users[0].id),
        ("update", users[2].id),
        ("delete", users[2].id),
    ]


@pytest.mark.parametrize("operations", [None, {"update"}, {"insert", "delete"}])
async def test_where_without_images_is_refused_by_name(
    database: DatabaseService, operations: set[ChangeType] | None
) -> None:
    watched = database.watch(User, where={"username": "ada"}, operations=operations)
    with pytest.raises(
        UnsupportedOperationError, match=r"of User, .* `/// @changeImages`"
    ) as raised:
        async with watched:
            pass

    assert raised.value.code == "P2026"


async def test_relation_filters_are_refused_by_name(database: DatabaseService) -> None:
    with pytest.raises(UnsupportedOperationError, match="A relation filter in `watch`"):
        database.watch(Message, where={"author": {"is": {"username": "ada"}}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"where": {"nope": 1}}, r"where\.nope"),
        ({"where": {"content": {"$ne": None}}}, r"where\.content\.\$ne"),
        ({"where": {"isPinned": "yes"}}, r"where\.isPinned"),
        ({"operations": {"drop"}}, "operations"),
        ({"operations": set()}, "operations"),
        ({"operations": "insert"}, "operations"),
        ({"buffer": 0}, "buffer"),
        ({"policy": "hope"}, "policy"),
    ],
)
async def test_what_cannot_be_asked_is_refused_at_once(
    database: DatabaseService, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(FieldNotFoundError, match=message):
        database.watch(Message, **options)


async def test_a_filter_of_no_model_and_a_model_twice_are_refused(
    database: DatabaseService,
) -> None:
    with pytest.raises(FieldNotFoundError, match="needs the model"):
        database.watch(where={"id": CHANNEL})
    with pytest.raises(FieldNotFoundError, match="Message is named twice"):
        database.watch(Message, Message)


async def test_changes_are_to_be_entered_once(database: DatabaseService) -> None:
    changes = database.watch(Message)
    with pytest.raises(NotStartedError, match="async with"):
        await anext(changes)
    with pytest.raises(NotStartedError, match="async with"):
        _ = changes.token
    async with changes:
        pass
    with pytest.raises(NotStartedError, match="`watch` again"):
        async with changes:
            pass


async def test_a_document_that_does_not_fit_is_an_error_in_its_place(
    database: DatabaseService, raw: Database[Document]
) -> None:
    async with database.watch(Message) as changes:
        await database.message.create(data={"content": "before"})
        raw["Message"].insert_one({"content": 1})
        await database.message.create(data={"content": "after"})

        (before,) = await take(changes, 1)
        with pytest.raises(DataError, match=r"Message\.content") as raised:
            await take(changes, 1)
        (after,) = await take(changes, 1)

    assert raised.value.code == "P2023"
    assert before.after is not None
    assert before.after.content == "before"
    assert after.after is not None
    assert after.after.content == "after"


@pytest.mark.mongo_only("memory holds values, and no bytes")
async def test_a_text_that_is_not_utf8_is_an_error_in_its_place(
    database: DatabaseService, raw: Database[Document]
) -> None:
    bad = document((b"\x07", b"_id", bytes(12)), (b"\x02", b"content", BAD))
    async with database.watch(Message) as one, database.watch(Message, User) as two:
        await database.message.create(data={"content": "before"})
        raw["Message"].insert_one(bad)
        await database.message.create(data={"content": "after"})
        streams: Any = (one, two)
        for changes in streams:
            (before,) = await take(changes, 1)
            with pytest.raises(DataError, match=r"Message\.content .* not UTF-8") as raised:
                await take(changes, 1)
            (after,) = await take(changes, 1)
            assert (raised.value.code, raised.value.meta["id"]) == ("P2023", "0" * 24)
            contents = [each.after and each.after.content for each in (before, after)]
            assert contents == ["before", "after"]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_values_of_every_type_name_their_record(
    database: DatabaseService, raw: Database[Document], value: Any
) -> None:
    names = ("content", "sentAt", "replyCount", "isPinned", "authorId", "type", "mentionedUserIds")
    async with database.watch(Message) as changes:
        for name in names:
            raw["Message"].insert_one({"content": "x", name: value})
        await database.message.create(data={"content": "last"})
        last = None
        while last is None:
            try:
                (change,) = await take(changes, 1)
            except DataError as error:
                assert error.code in ("P2023", "P2032")  # noqa: PT017 - none need be raised
                assert error.meta["field"] in names  # noqa: PT017
                assert len(error.meta["id"]) == 24  # noqa: PT017
            else:
                last = change if change.after and change.after.content == "last" else None
