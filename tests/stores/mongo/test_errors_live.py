"""What a real server refuses, as callers see it: the code, the facts, and none of the values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import uuid4

import pytest
from prisma.errors import DataError, MissingRequiredValueError, PrismaError, UniqueViolationError
from prisma.types import UserCreateInput
from pymongo import AsyncMongoClient
from pymongo.errors import NotPrimaryError, OperationFailure, PyMongoError

from database import DatabaseService, DatabaseSettings
from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConnectionError, TransactionError
from prismongo.generator import generated_schema
from prismongo.schema import parse, push
from prismongo.stores.codes import NAMES
from prismongo.stores.mongo.push.violations import ATTEMPTS, PLAN_KILLED, find_violation
from prismongo.stores.wanted.specs import IndexSpec

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


# --- whatever the server may refuse: it does so when told ---

FAILING: Final = ("--setParameter", "enableTestCommands=1")
ENDS_THE_CONNECTION: Final = {303}
OTHERWISE_CALLED: Final = {64: "WriteConcernFailed"}  # by older servers
NO_PRIMARY: Final = 10107
MISSING_FACTS: Final = 40671
"""What the server makes of an error that has facts of its own, and is told to fail without."""


@pytest.fixture(scope="module")
def failing() -> Iterator[Mongod]:
    """A server that fails when told."""
    server = Mongod(arguments=FAILING)
    with ThreadPoolExecutor(max_workers=1) as thread:  # this one's event loop is pytest-asyncio's
        thread.submit(asyncio.run, server.start()).result()
        yield server
        thread.submit(asyncio.run, server.stop()).result()


@pytest.fixture
async def fails(failing: Mongod) -> AsyncIterator[DatabaseService]:
    """A service on it, on a database of its own."""
    settings = DatabaseSettings(url=failing.url(f"test_{uuid4().hex}"))
    async with DatabaseService(settings) as service:
        yield service


async def told(client: AsyncMongoClient[Any], times: int, *commands: str, **data: Any) -> None:
    """Lets the server fail the next of these commands."""
    data = {"failCommands": list(commands), **data}
    await client.admin.command(
        "configureFailPoint", "failCommand", mode={"times": times}, data=data
    )


async def write(database: DatabaseService, by: str) -> None:
    match by:
        case "a write":
            await database.user.create(user())
        case "a bulk write":
            await database.user.create_many([user("ada"), user("grace")])
        case _:  # tried again where the server is still creating the collection
            await database.transaction(lambda tx: tx.user.create(user()))


async def test_the_names_are_the_servers(failing: Mongod) -> None:
    known = 0
    async with AsyncMongoClient[Any](failing.url("admin"), retryReads=False) as client:
        for number in NAMES.keys() - ENDS_THE_CONNECTION:
            if 302 < number < 4_000:
                continue  # some of these end the server itself
            await told(client, 1, "count", errorCode=number)
            with pytest.raises(PyMongoError) as caught:
                await client.admin.command("count", "x")
            details: Any = getattr(caught.value, "details", None)
            name = details["codeName"]
            if details["code"] == MISSING_FACTS:
                name = details["errmsg"].rpartition(" ")[2]
            assert name in (NAMES[number], f"Location{number}", OTHERWISE_CALLED.get(number))
            known += name == NAMES[number]
    assert known > 280


@pytest.mark.parametrize(
    ("number", "code", "kind"),
    [
        (61, "P2012", MissingRequiredValueError),
        (257, "P2028", TransactionError),
        (388, "P2028", TransactionError),
        (146, "P2035", DataError),
    ],
)
@pytest.mark.parametrize("by", ["a write", "a bulk write", "a commit"])
async def test_a_refusal_has_the_servers_name(
    fails: DatabaseService, by: str, number: int, code: str, kind: type[PrismaError]
) -> None:
    command = "commitTransaction" if by == "a commit" else "insert"
    await told(fails.mongo.client, 1, command, errorCode=number)
    with pytest.raises(kind) as caught:
        await write(fails, by)
    error: Any = caught.value
    assert error.code == code
    assert NAMES[number] in str(error)
    assert error.meta["database_error"] == NAMES[number]
    assert await fails.user.count() == 0


async def test_a_write_that_is_done_and_not_confirmed_has_the_servers_name(
    fails: DatabaseService,
) -> None:
    concern = {"code": 100, "errmsg": "Not enough data-bearing nodes"}
    for by, command in (("a write", "insert"), ("a commit", "commitTransaction")):
        await told(fails.mongo.client, 1, command, writeConcernError=concern)
        with pytest.raises(DataError, match="100 UnsatisfiableWriteConcern") as caught:
            await write(fails, by)
        assert caught.value.meta == {"database_error": "UnsatisfiableWriteConcern"}


async def test_a_read_whose_connection_is_lost_is_repeated_outside_of_transactions_alone(
    fails: DatabaseService,
) -> None:
    client = fails.mongo.client
    await fails.user.create(user("ada"))
    await told(client, 1, "find", closeConnection=True)
    assert await fails.user.find_unique({"username": "ada"})
    transaction = fails.tx()
    tx = await transaction.start()
    await tx.user.create(user("alan"))
    await told(client, 1, "find", closeConnection=True)
    with pytest.raises(ConnectionError) as caught:
        await tx.user.find_unique({"username": "ada"})
    assert caught.value.code == "P1017"
    await transaction.rollback()
    assert await fails.user.count() == 1


@pytest.mark.parametrize("take", [1, 50, 150])
async def test_of_a_server_that_is_no_primary_the_driver_hears_all(
    fails: DatabaseService, take: int
) -> None:
    """It takes what an error says from dicts alone: labels, and which topology the server knows."""
    labels = ["RetryableError", "SystemOverloadedError"]
    transaction = fails.tx()
    tx = await transaction.start()
    await told(fails.mongo.client, 1, "find", errorCode=NO_PRIMARY, errorLabels=["x"])
    with pytest.raises(PrismaError) as caught:
        await tx.user.find_many(take=take)
    await transaction.rollback()
    cause = caught.value.__cause__
    assert isinstance(cause, NotPrimaryError)
    assert isinstance(cause.details, dict)
    assert cause.has_error_label("x")
    assert fails.mongo.client.topology_description.has_writable_server()
    await told(fails.mongo.client, 1, "find", errorCode=NO_PRIMARY, errorLabels=labels)
    async with fails.tx() as tx:
        assert await tx.user.find_many(take=take) == []


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1, ATTEMPTS])
async def test_an_index_is_dropped_while_push_looks_for_duplicates(
    failing: Mongod, times: int
) -> None:
    """By another push; the server ends the query, which is asked again."""
    index = IndexSpec("User", "User_a_key", (("a", 1),), unique=True)
    async with AsyncMongoClient[Any](failing.url(f"test_{uuid4().hex}")) as client:
        database = client.get_default_database()
        await database["User"].insert_many([{"a": 1}, {"a": 1}])
        await told(client, times, "aggregate", errorCode=PLAN_KILLED)
        if times == ATTEMPTS:
            with pytest.raises(OperationFailure, match="failCommand"):
                await find_violation(database, index)
        else:
            violation = await find_violation(database, index)
            assert violation is not None
            assert violation.documents == 2
