"""The driver's errors to those that callers see: class, code, and no word of the data."""

from __future__ import annotations

from typing import Any, Final

import bson.errors
import pymongo.errors
import pytest
from bson.errors import BSONError, InvalidDocument
from prisma import errors
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    EncryptionError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
    WriteError,
)

from prismongo.errors import CLASS_BY_CODE, HTTP_STATUS, ConnectionError, TransactionError
from prismongo.stores.codes import NAMES
from prismongo.stores.mongo.codes import SERVER_CODES
from prismongo.stores.mongo.errors import DRIVER_FAILURES, translate
from tests.query.schemas import datamodel

Failure = PyMongoError | BSONError

SECRET: Final = "secret@example.com"


def seen(error: Any, *, model: str = "User", raw: bool = False) -> Any:
    return translate(error, datamodel().model[model], datamodel(), raw=raw)


def failure(code: int, text: str = f"about {SECRET}", **details: Any) -> OperationFailure:
    return OperationFailure(text, code, {"errmsg": text, "code": code, **details})


def with_label(error: OperationFailure, label: str) -> OperationFailure:
    error._add_error_label(label)
    return error


def kind_of(code: str) -> type[errors.PrismaError]:
    """The class that callers can catch."""
    if code.startswith("P1"):
        return ConnectionError
    return TransactionError if code == "P2028" else CLASS_BY_CODE.get(code, errors.DataError)


def text_of(server: int) -> str:
    """What the server says with it; of an IllegalOperation one kind is known."""
    return f"{SECRET} needs a replica set" if server == 20 else f"about {SECRET}"


@pytest.mark.parametrize(("server", "code"), SERVER_CODES.items())
def test_every_known_code_has_a_class(server: int, code: str) -> None:
    error = seen(failure(server, text_of(server)))
    assert SECRET not in f"{error}{error.meta}"
    assert error.code == code
    assert type(error) is kind_of(code)


def driver_errors() -> list[type[Exception]]:
    """Every exception that the driver and bson can raise of themselves."""
    found: list[type[Exception]] = [UnicodeEncodeError, OverflowError]
    for module in (pymongo.errors, bson.errors):
        found += {
            each
            for each in vars(module).values()
            if isinstance(each, type) and issubclass(each, PyMongoError | BSONError)
        }
    return sorted(set(found), key=lambda kind: kind.__name__)


def raised(kind: type[Exception]) -> Any:
    """One of a class, whatever its constructor asks for."""
    error: Any = kind.__new__(kind, SECRET)
    if isinstance(error, OperationFailure | EncryptionError):
        error = kind.__new__(kind)
        OperationFailure.__init__(error, SECRET) if isinstance(error, OperationFailure) else None
    return error


@pytest.mark.parametrize("kind", driver_errors(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("raw", [False, True], ids=["", "raw"])
def test_every_error_of_the_driver_has_a_code(kind: type[Exception], raw: bool) -> None:
    assert issubclass(kind, DRIVER_FAILURES)
    error = seen(raised(kind), raw=raw)
    assert error.code in HTTP_STATUS
    assert SECRET not in f"{error}{error.meta}"


TABLE: Final[dict[str, tuple[Failure, str, type[errors.PrismaError]]]] = {
    "an unknown code": (failure(9999), "P2035", errors.DataError),
    "no code": (OperationFailure("x"), "P2035", errors.DataError),
    "an illegal operation of another kind": (failure(20), "P2035", errors.DataError),
    "nobody has logged in": (
        failure(13, "command find requires authentication"),
        "P1000",
        ConnectionError,
    ),
    "a lost election": (NotPrimaryError(SECRET), "P1001", ConnectionError),
    "arithmetic beyond 64 bits": (
        failure(2, f"Failed to apply $inc operations to current value of {SECRET}"),
        "P2020",
        errors.DataError,
    ),
    "another bad value": (failure(2), "P2035", errors.DataError),
    "a transaction gone, to be retried": (
        with_label(failure(251), "TransientTransactionError"),
        "P2034",
        errors.DataError,
    ),
    "no connection in time": (WaitQueueTimeoutError("x"), "P2024", errors.DataError),
    "no answer in time": (NetworkTimeout(SECRET), "P1008", ConnectionError),
    "too long on the server": (ExecutionTimeout(SECRET, 50), "P1008", ConnectionError),
    "no server": (ServerSelectionTimeoutError(SECRET), "P1001", ConnectionError),
    "a broken connection": (AutoReconnect(SECRET), "P1017", ConnectionError),
    "a failed connection": (ConnectionFailure(SECRET), "P1017", ConnectionError),
    "an answer that is none": (ProtocolError(SECRET), "P1017", ConnectionError),
    "too large for a message": (DocumentTooLarge(SECRET), "P2000", errors.DataError),
    "a driver's refusal": (InvalidOperation(SECRET), "P2035", errors.DataError),
}


@pytest.mark.parametrize(("error", "code", "kind"), TABLE.values(), ids=TABLE)
def test_a_failure_has_a_code(error: Failure, code: str, kind: type[errors.PrismaError]) -> None:
    found = seen(error)
    assert (found.code, type(found)) == (code, kind)
    assert SECRET not in f"{found}{found.meta}"


def test_a_document_that_bson_cannot_hold() -> None:
    found: Any = translate(InvalidDocument(SECRET), None, datamodel())
    assert found.code == "P2023"
    assert SECRET not in str(found)


# --- names ---


def nameless(code: int) -> dict[str, Any]:
    """The error of one write as a reply has it: without a name."""
    return {"index": 0, "code": code, "errmsg": f"about {SECRET}"}


WAYS: Final[dict[str, Any]] = {
    "a command": lambda code: failure(code),
    "a write": lambda code: WriteError("", code, nameless(code)),
    "a write concern": lambda code: WriteConcernError("", code, nameless(code)),
    "a bulk write": lambda code: BulkWriteError({"writeErrors": [nameless(code)]}),
    "a bulk write's concern": lambda code: BulkWriteError(
        {"writeErrors": [], "writeConcernErrors": [nameless(code)]}
    ),
}
FACTS: Final = ("P2000", "P2002", "P2004", "P2020", "P2021", "P2023", "P2031", "P2034")
"""Codes whose own words and facts say it, the same on every store."""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_servers_name_is_in_text_and_meta_however_it_comes(way: Any) -> None:
    for number, name in NAMES.items():
        error = seen(way(number))
        text = f"{error}{error.meta}"
        assert SECRET not in text
        assert "unknown error" not in text
        if error.code not in FACTS and number != 15:
            assert name in str(error), (number, str(error))
            assert error.meta["database_error"] == name


def test_a_reply_that_has_the_name_is_believed() -> None:
    error = seen(failure(64, codeName="WriteConcernFailed"))
    assert error.meta == {"database_error": "WriteConcernFailed"}
    assert str(error).endswith(" MongoDB's error: 64 WriteConcernFailed.")


def test_what_the_server_has_no_name_for_is_named_as_the_server_does() -> None:
    error = seen(WriteError("", 28808, nameless(28808)))
    assert str(error) == "Assertion violation on the database: 28808 Location28808."


def test_every_code_that_prisma_has_one_for_is_named_in_the_table() -> None:
    located = {17419, 17420}
    assert set(SERVER_CODES) - set(NAMES) == located


@pytest.mark.parametrize("number", [257, 388])
def test_a_transaction_that_is_too_large_has_a_remedy(number: int) -> None:
    error = seen(BulkWriteError({"writeErrors": [nameless(number)]}))
    assert (error.code, type(error)) == ("P2028", TransactionError)
    assert "Write less in it" in str(error)
    assert str(error).endswith(f" MongoDB's error: {number} {NAMES[number]}.")


def test_a_missing_shard_key_has_a_remedy() -> None:
    error = seen(failure(61))
    assert type(error) is errors.MissingRequiredValueError
    assert "Give every field of the key" in str(error)
    assert "ShardKeyNotFound" in str(error)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bad auth : authentication failed", "P1000"),
        ("user is not allowed to do action [find] on [app.User]", "P1010"),
        ("you are over your space quota, using 513 MB of 512 MB", "P2035"),
    ],
)
def test_what_atlas_says_with_one_number_is_told_apart(text: str, code: str) -> None:
    assert seen(failure(8000, text)).code == code


def test_a_primary_that_steps_down_is_named() -> None:
    details = {"ok": 0, "code": 10107, "codeName": "NotWritablePrimary", "errmsg": "not primary"}
    error = seen(NotPrimaryError("not primary", details))
    cause = "it is not the primary"
    assert error.meta == {"cause": cause, "database_error": "NotWritablePrimary"}


# --- nulls ---


def unsatisfied(*rules: dict[str, Any]) -> OperationFailure:
    return failure(121, errInfo={"details": {"schemaRulesNotSatisfied": rules}})


NULL: Final = {"operatorName": "bsonType", "consideredType": "null", "consideredValue": None}


@pytest.mark.parametrize(
    "rule",
    [
        {"operatorName": "required", "missingProperties": ["author"]},
        {"propertiesNotSatisfied": [{"propertyName": "author", "details": [NULL]}]},
    ],
    ids=["missing", "null"],
)
def test_a_null_that_a_validator_refuses(rule: dict[str, Any]) -> None:
    error = seen(unsatisfied(rule), model="Post")
    assert (error.code, error.meta) == ("P2011", {"target": ["authorId"], "modelName": "Post"})
    assert str(error).startswith("Null constraint violation on the fields: (`authorId`)")


def test_another_rule_of_a_validator() -> None:
    other = {"operatorName": "bsonType", "consideredType": "int", "consideredValue": SECRET}
    rule = {"propertiesNotSatisfied": [{"propertyName": "author", "details": [other]}]}
    error = seen(unsatisfied(rule), model="Post")
    assert error.code == "P2004"
    assert SECRET not in f"{error}{error.meta}"


# --- uniques ---


def duplicate(collection: str, **pattern: int) -> OperationFailure:
    text = f"E11000 duplicate key error collection: app.{collection} index: x dup key: {SECRET}"
    return failure(11000, text, keyPattern=pattern, keyValue=dict.fromkeys(pattern, SECRET))


def test_a_duplicate_names_the_fields_of_the_schema() -> None:
    error = seen(duplicate("articles", author=1, title=1), model="Post")
    assert error.meta["target"] == ["authorId", "title"]
    assert str(error).startswith("Unique constraint failed on the fields: (`authorId`,`title`)")
    assert SECRET not in f"{error}{error.meta}"


def test_a_duplicate_of_a_nested_write_names_its_own_model() -> None:
    error = seen(duplicate("articles", _id=1), model="User")
    assert (error.meta["modelName"], error.meta["target"]) == ("Post", ["id"])


def test_a_duplicate_among_many_is_the_first_of_them() -> None:
    first = {"code": 11000, "errmsg": "collection: app.User x", "keyPattern": {"email": 1}}
    error = seen(BulkWriteError({"writeErrors": [first, {"code": 50, "errmsg": ""}]}))
    assert type(error) is errors.UniqueViolationError
    assert error.meta["target"] == ["email"]


# --- raw queries ---


def test_a_raw_query_gives_the_servers_own_words() -> None:
    error = seen(failure(2, "unknown operator: $x"), raw=True)
    assert type(error) is errors.RawQueryError
    assert error.code == "P2010"
    assert error.meta == {"code": "2", "message": "unknown operator: $x"}


def test_a_write_conflict_in_a_raw_query_is_one() -> None:
    assert seen(failure(112), raw=True).code == "P2034"


def test_a_duplicate_in_a_raw_query_is_p2010() -> None:
    assert seen(duplicate("articles", _id=1), raw=True).code == "P2010"


def test_no_connection_in_a_raw_query_is_as_ever() -> None:
    assert seen(ServerSelectionTimeoutError(SECRET), raw=True).code == "P1001"
    assert seen(WaitQueueTimeoutError(SECRET), raw=True).code == "P2024"


def test_the_remedy_of_a_standalone_server_is_said() -> None:
    assert "rs.initiate(" in str(seen(failure(20, text_of(20))))
