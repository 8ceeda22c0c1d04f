"""Json fields of the generated client: dumps that are read again, filters by null, refusals."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from prisma import Json
from prisma.errors import DataError
from prisma.models import Notification
from prisma.types import NotificationWhereInput
from pydantic import BaseModel, TypeAdapter, ValidationError

from database import DatabaseService
from tests.records import NOBODY, user, wrong

VALUES: list[Any] = [
    {"a": [1, {"b": None}], "c": "x"},
    [1, "2", None],
    "text",
    "123",
    '{"a": 1}',
    "",
    2**60,
    1.5,
    False,
    {},
    None,
]


class Several(BaseModel):
    many: list[Json]
    one: Json | None = None


async def notified(database: DatabaseService, data: object) -> Notification:
    if not await database.user.count():
        await database.user.create({**user("ada"), "id": NOBODY})
    return await database.notification.create({"userId": NOBODY, "data": Json(wrong(data))})


@pytest.mark.parametrize("value", VALUES, ids=repr)
async def test_a_record_survives_its_dump(database: DatabaseService, value: object) -> None:
    made = await notified(database, value)
    text = made.model_dump_json()
    assert json.loads(text)["data"] == value
    again = Notification.model_validate_json(text)
    assert again == made
    assert cast(Any, again.data) == value
    assert again.model_dump() == made.model_dump()
    round_trip = made.model_dump_json(round_trip=True)
    assert Notification.model_validate_json(round_trip) == made
    assert Notification.model_validate(made.model_dump(round_trip=True)) == made


@pytest.mark.parametrize("value", [each for each in VALUES if not isinstance(each, str)], ids=repr)
def test_a_value_of_python(value: object) -> None:
    """A text is that of JSON, as upstream has it; every other value is what it is."""
    for given in (value, json.dumps(value), json.dumps(value).encode(), Json(wrong(value))):
        made = Notification.model_validate({**wrong(FIELDS), "data": given})
        assert cast(Any, made.data) == value


FIELDS = {
    "id": NOBODY,
    "userId": NOBODY,
    "type": "SYSTEM",
    "isRead": False,
    "createdAt": "2024-01-01T00:00:00Z",
}


@pytest.mark.parametrize("text", ["{", "text", b"\xff", "[" * 100_000])
def test_a_text_that_is_no_json(text: object) -> None:
    with pytest.raises(ValidationError, match="Invalid JSON") as caught:
        Notification.model_validate({**FIELDS, "data": text})
    assert caught.value.errors()[0]["type"] == "json_invalid"


def test_lists_and_schemas() -> None:
    made = Several.model_validate({"many": ["1", {"a": 1}, '"x"'], "one": "[]"})
    assert cast(Any, made.many) == [1, {"a": 1}, "x"]
    assert Several.model_validate_json(made.model_dump_json()) == made
    for mode in ("validation", "serialization"):
        schema = TypeAdapter(Several).json_schema(mode=wrong(mode))
        assert schema["properties"]["many"]["items"] == {}


async def test_filters_by_null(database: DatabaseService) -> None:
    null, value, listed = [await notified(database, each) for each in (None, {"a": None}, [None])]
    missing = await database.notification.create({"userId": NOBODY})

    async def found(where: NotificationWhereInput) -> list[str]:
        records = await database.notification.find_many(where=where, order={"id": "asc"})
        return [each.id for each in records]

    assert await found({"data": None}) == [null.id]
    assert await found({"data": {"equals": None}}) == [null.id]
    assert await found({"data": {"not": None}}) == [value.id, listed.id]
    assert await found({"NOT": {"data": None}}) == [value.id, listed.id]
    assert await found({"data": {"is_set": False}}) == [missing.id]
    assert await found({"data": Json({"a": None})}) == [value.id]


async def test_a_plain_value_is_refused_with_the_remedy(database: DatabaseService) -> None:
    made = await notified(database, 1)
    where: Any = {"id": made.id}
    for asked in (
        database.notification.create(wrong({"userId": NOBODY, "data": {"a": 1}})),
        database.notification.create(wrong({"userId": NOBODY, "data": [1]})),
        database.notification.create_many(wrong([{"userId": NOBODY, "data": {"a": 1}}])),
        database.notification.update(wrong({"data": {"a": 1}}), where),
        database.notification.update(wrong({"data": {"set": {"a": 1}}}), where),
        database.notification.find_many(where=wrong({"data": {"a": 1}})),
        database.notification.find_many(where=wrong({"data": {"equals": {"a": 1}}})),
        database.notification.find_many(where=wrong({"data": {"not": [1]}})),
    ):
        with pytest.raises(DataError, match=r"wrap it in prisma\.Json") as caught:
            await asked
        assert caught.value.code == "P2009"
    assert await database.notification.find_many() == [made]
