"""What a real server refuses, as callers see it: the code, the facts, and none of the values."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.errors import DataError, UniqueViolationError
from prisma.types import UserCreateInput

from database import DatabaseService, DatabaseSettings
from prismongo.generator import generated_schema
from prismongo.schema import parse, push

SECRET: Final = "ada-of-the-secrets"

pytestmark = pytest.mark.mongo_only("a server's own errors")


def user(name: str = SECRET) -> UserCreateInput:
    return {"username": name, "hashedPassword": SECRET}


async def validated(database: DatabaseService, schema: dict[str, Any]) -> None:
    """Lets the collection of users have a validator of its own."""
    await database.run_command_raw({"create": "User", "validator": {"$jsonSchema": schema}})


def shown(error: DataError) -> str:
    return f"{error}{error!r}{error.meta}"


async def test_a_validator_that_wants_a_value(database: DatabaseService) -> None:
    await validated(
        database, {"required": ["email"], "properties": {"bio": {"bsonType": "string"}}}
    )
    for data, target in (
        (user(), ["email"]),
        ({**user(), "email": SECRET, "bio": None}, ["bio"]),
    ):
        with pytest.raises(DataError, match=r"^Null constraint violation") as caught:
            await database.user.create(data)  # type: ignore[arg-type]
        assert caught.value.code == "P2011"
        assert caught.value.meta == {"target": target, "modelName": "User"}
        assert SECRET not in shown(caught.value)


async def test_a_validator_that_wants_another(database: DatabaseService) -> None:
    await validated(database, {"properties": {"username": {"maxLength": 3}}})
    with pytest.raises(DataError, match=r"^A constraint failed on the database") as caught:
        await database.user.create(user())
    assert caught.value.code == "P2004"
    assert SECRET not in shown(caught.value)


async def test_a_number_beyond_its_type(database: DatabaseService) -> None:
    ada = await database.user.create({**user(), "storageUsed": 2**63 - 1})
    with pytest.raises(DataError, match=r"^Value out of range for the type") as caught:
        await database.user.update({"storageUsed": {"increment": 1}}, where={"id": ada.id})
    assert caught.value.code == "P2020"


async def test_a_document_beyond_its_size(database: DatabaseService) -> None:
    with pytest.raises(DataError, match=r"^The provided value .* is too long") as caught:
        await database.user.create({**user(), "bio": "x" * 17_000_000})
    assert caught.value.code == "P2000"


async def test_a_taken_unique(database: DatabaseService, settings: DatabaseSettings) -> None:
    assert settings.url is not None
    await push(parse(generated_schema() or ""), settings.url.get_secret_value())
    await database.user.create(user())
    with pytest.raises(UniqueViolationError) as caught:
        await database.user.create(user())
    assert (caught.value.code, caught.value.meta["target"]) == ("P2002", ["username"])
    assert SECRET not in shown(caught.value)
