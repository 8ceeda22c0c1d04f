"""Published injections find nobody, and change nothing: texts stay texts, operators are refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from prisma.errors import DataError
from pymongo import AsyncMongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.stores.mongo import MongoStore
from prismongo.url import url_database
from tests.reliability.evidence import Evidence
from tests.reliability.payloads import objects, texts

SECRET = "hashed"


@pytest.fixture
def evidence() -> Evidence:
    """What the client of the test sends."""
    return Evidence()


@pytest.fixture
async def attacked(mongo_url: str, evidence: Evidence) -> AsyncIterator[DatabaseService]:
    """A client with a user who must stay unseen and unchanged; nothing may be smuggled past it."""

    def client(*listeners: Any) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(mongo_url, tz_aware=True, event_listeners=[*listeners, evidence])

    service = DatabaseService(DatabaseSettings(url=mongo_url))
    service._make_store = lambda datamodel, _: MongoStore(
        datamodel, client, url_database(mongo_url)
    )
    async with service:
        victim = await service.user.create(
            data={
                "username": "victim",
                "hashedPassword": SECRET,
                "messages": {"create": [{"content": "x"}]},
            }
        )
        evidence.clear()
        yield service
        kept = await service.user.find_unique_or_raise(where={"username": "victim"})
        assert kept == victim
        assert evidence.against() == []


async def test_a_text_finds_nobody(attacked: DatabaseService) -> None:
    for text in texts():
        assert await attacked.user.find_unique(where={"username": text}) is None
        where: dict[str, Any]
        for where in (
            {"username": text, "hashedPassword": text},
            {"username": {"in": [text]}},
            {"OR": [{"username": text}, {"hashedPassword": {"equals": text}}]},
            {"communityIds": {"has": "0" * 24}, "bio": text},
            {"messages": {"some": {"content": text}}},
        ):
            assert await attacked.user.find_many(where=cast(Any, where)) == [], (text, where)
        if "\0" not in text:  # which no expression of MongoDB's can hold
            insensitive = {"username": {"equals": text, "mode": "insensitive"}}
            assert await attacked.user.find_many(where=cast(Any, insensitive)) == [], text


async def test_a_text_is_found_where_it_is_part_of_one_alone(attacked: DatabaseService) -> None:
    for number, text in enumerate(texts()):
        made = await attacked.user.create(
            data={"username": f"<{number}>{text}</>", "hashedPassword": "y"}
        )
        if "\0" in text:  # which no search can find
            with pytest.raises(DataError):
                await attacked.user.find_many(where={"username": {"contains": text}})
            continue
        found = await attacked.user.find_many(where={"username": {"contains": f">{text}<"}})
        assert [each.id for each in found] == [made.id], text


async def test_a_text_is_stored_as_it_is(attacked: DatabaseService) -> None:
    for text in texts():
        made = await attacked.user.create(data={"username": text, "hashedPassword": "y"})
        assert made.username == text
        changed = await attacked.user.update(where={"username": text}, data={"bio": text})
        assert changed is not None
        assert changed.bio == text
        assert await attacked.user.delete_many(where={"bio": text}) == 1


async def test_an_object_is_refused_as_a_filter(attacked: DatabaseService) -> None:
    for where in objects():
        given = cast(Any, where)
        for asked in (
            attacked.user.find_first(where=given),
            attacked.user.find_many(where=given),
            attacked.user.find_unique(where=given),
            attacked.user.count(where=given),
            attacked.user.update_many(where=given, data={"bio": "taken over"}),
            attacked.user.delete_many(where=given),
            attacked.user.group_by(by=cast(Any, ["role"]), where=given, having=given),
            attacked.user.find_many(cursor=given),
            attacked.user.find_many(include={"messages": {"where": given}}),
            attacked.message.find_many(where={"author": {"is": given}}),
        ):
            with pytest.raises(DataError):
                await asked


async def test_an_object_is_refused_as_a_value(attacked: DatabaseService) -> None:
    for value in [item for where in objects() for item in (where, *where.values())]:
        if isinstance(value, str) or not value:
            continue
        given = cast(Any, value)
        for asked in (
            attacked.user.find_first(where={"username": given}),
            attacked.user.create(data={"username": given, "hashedPassword": given}),
            attacked.user.update(where={"username": "victim"}, data={"bio": given, "email": given}),
            attacked.user.find_many(where={"username": {"contains": given}}),
            attacked.user.find_many(where={"username": {"in": [given]}}),
            attacked.user.find_many(order=given),
            attacked.user.find_many(take=given),
        ):
            with pytest.raises(DataError):
                await asked


async def test_a_text_is_one_in_a_document_too(attacked: DatabaseService) -> None:
    for text in texts():
        query = (
            f"query {{ result: findManyUser(where: {{username: {json.dumps(text)}}}) {{ id }} }}"
        )
        answer = await attacked._mongo_engine.query(json.dumps({"query": query}), tx_id=None)
        assert answer == {"data": {"result": []}}


async def test_an_object_is_refused_in_a_document_too(attacked: DatabaseService) -> None:
    for where in objects():
        query = f"query {{ result: findManyUser(where: {json.dumps(where)}) {{ id }} }}"
        with pytest.raises(DataError):
            await attacked._mongo_engine.query(json.dumps({"query": query}), tx_id=None)
