"""Under `log: redacted` no value and no password is in a log, an error or a metric."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from prisma.errors import PrismaError
from prisma.fields import Base64, Json
from prisma.models import User

from database import DatabaseService, DatabaseSettings

VALUE = "s3cret-value"
HEX = "5ec7e75ec7e75ec7e75ec7e7"
NUMBER = 918273645
LIBRARY = "prismongo"


@pytest.fixture
async def logging_all(mongo_url: str) -> AsyncIterator[DatabaseService]:
    """A client that logs every operation, as slow."""
    async with DatabaseService(DatabaseSettings(url=mongo_url, slow_query=1e-6)) as service:
        await service.mongo["User"].create_index("username", unique=True)
        yield service


async def every_kind(database: DatabaseService) -> list[PrismaError]:
    """Operations of every kind with values that must not be told; the errors that some end with."""
    user: Any = database.user
    data = {"username": VALUE, "hashedPassword": VALUE, "storageUsed": NUMBER}
    where: Any
    made = await user.create(data=data | {"messages": {"create": [{"content": VALUE}]}})
    for where in (
        {"username": VALUE},
        {"username": {"contains": VALUE, "mode": "insensitive"}},
        {"username": {"in": [VALUE, VALUE * 2]}, "storageUsed": {"gte": NUMBER}},
        {"messages": {"some": {"content": {"startswith": VALUE}}}},
        {"NOT": {"hashedPassword": {"not": VALUE}}},
        {"communityIds": {"has": HEX}},
    ):
        await user.find_many(where=where, include={"messages": {"where": {"content": VALUE}}})
        await user.update_many(where=where, data={"bio": VALUE, "storageUsed": {"increment": 1}})
    await user.update(where={"username": VALUE}, data={"bio": {"set": VALUE}, "email": VALUE})
    await user.upsert(where={"username": VALUE}, data={"create": data, "update": {"bio": VALUE}})
    await user.group_by(by=["bio"], having={"bio": {"equals": VALUE}}, count=True)
    await user.find_many(cursor={"username": VALUE}, order={"username": "asc"}, take=1)
    notice: Any = {"userId": made.id, "data": Json(cast(Any, {VALUE: {"deep": [VALUE, NUMBER]}}))}
    await database.notification.create(data=notice)
    await database.notification.find_many(where=cast(Any, {"data": {"equals": notice["data"]}}))
    await database.file.create(data={"name": VALUE, "checksum": Base64.encode(VALUE.encode())})
    await database.find_raw(User, {"username": VALUE})
    async with database.tx() as tx:
        await tx.message.create(data={"content": VALUE})
    async with database.batch_() as batch:
        batch.message.create(data={"content": VALUE})
        batch.message.delete_many(where={"content": VALUE})
    return await every_error(database, data)


async def every_error(database: DatabaseService, data: dict[str, Any]) -> list[PrismaError]:
    user: Any = database.user
    errors = []
    for asked in (
        user.create(data=data),
        user.create_many(data=[data, data]),
        user.update(where={"username": VALUE}, data={"storageUsed": {"multiply": 2**62}}),
        user.find_unique(where={"id": VALUE}),
        user.find_unique_or_raise(where={"username": VALUE * 2}),
        user.find_many(where={"storageUsed": VALUE}),
        user.find_many(where={"createdAt": VALUE}),
        user.find_many(where={"role": VALUE}),
        user.find_many(where={"username": {"contains": VALUE + "\0"}}),
        user.find_many(where={"username": [VALUE]}),
        user.find_many(where={"username": {"$gt": VALUE}}),
        user.find_many(take=VALUE),
        user.find_many(order={"username": VALUE}),
        user.update(where={"username": VALUE}, data={"communities": {"connect": {"id": HEX}}}),
        user.create(data={"username": VALUE + "2", "hashedPassword": VALUE * 2_000_000}),
        database.message.find_many(where={"content": cast(Any, {"equals": {"a": VALUE}})}),
        database._mongo_engine.query(
            json.dumps({"query": f'query {{ a: findManyUser(where: {{id: "{VALUE}"}}) "{VALUE}"'}),
            tx_id=None,
        ),
        database._mongo_engine.query(f'"{VALUE}', tx_id=None),
    ):
        try:
            await asked
        except PrismaError as error:
            errors.append(error)
    with contextlib.suppress(PrismaError):
        await user.delete_many(where={"username": VALUE})
    return errors


def assert_tells_nothing(text: str) -> None:
    for secret in (VALUE, HEX, str(NUMBER)):
        place = text.find(secret)
        assert place < 0, text[max(0, place - 200) : place + 50]


async def test_values_are_told_nowhere(
    logging_all: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, LIBRARY):
        errors = await every_kind(logging_all)
    records = [each for each in caplog.records if each.name.split(".")[0] == LIBRARY]
    assert len(records) >= 25
    assert len(errors) >= 15
    for record in records:
        assert_tells_nothing(record.getMessage())
        assert_tells_nothing(repr(vars(record)))
    for error in errors:
        assert_tells_nothing(f"{error} {error!r} {getattr(error, 'meta', '')}")
    engine = logging_all._mongo_engine
    assert_tells_nothing(await engine.metrics(format="prometheus", global_labels=None))
    assert_tells_nothing(json.dumps(await engine.metrics(format="json", global_labels=None)))


async def test_values_are_shown_where_that_is_asked_for(
    mongo_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = DatabaseSettings(url=mongo_url, slow_query=1e-6, log="values")
    async with DatabaseService(settings) as database:
        await database.user.find_many(where={"username": VALUE})
    assert VALUE in caplog.text
