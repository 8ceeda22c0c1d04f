"""Driver errors → Prisma's codes, in one table (`SERVER_CODES`), and the words around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bson.errors import BSONError
from prisma.errors import PrismaError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from database.errors import ConnectionError, TransactionError, data_error
from database.schema.datamodel import Datamodel, Model
from database.stores.failures import out_of_range, too_large, unique_violation, write_conflict

STANDALONE_REMEDY: Final = (
    "Transactions need a replica set; one node suffices. Start mongod with `--replSet rs0`, run "
    '`mongosh --eval "rs.initiate()"` once, and add `replicaSet=rs0` to DATABASE_URL.'
)

# Server error code → Prisma's code. https://www.mongodb.com/docs/manual/reference/error-codes/
SERVER_CODES: Final[Mapping[int, str]] = {
    11000: "P2002",  # DuplicateKey
    11001: "P2002",  # DuplicateKey, of old
    12582: "P2002",  # DuplicateKey, sharded
    18: "P1000",  # AuthenticationFailed
    8000: "P1000",  # AtlasError: bad auth
    13: "P1010",  # Unauthorized
    20: "P2031",  # IllegalOperation: transaction numbers need a replica set
    263: "P2031",  # OperationNotSupportedInTransaction
    112: "P2034",  # WriteConflict
    251: "P2028",  # NoSuchTransaction
    225: "P2028",  # TransactionTooOld
    256: "P2028",  # TransactionCommitted
    50: "P1008",  # MaxTimeMSExpired
    121: "P2004",  # DocumentValidationFailure
    10334: "P2000",  # BSONObjectTooLarge
    17419: "P2000",  # resulting document after update is too large
    241: "P2033",  # ConversionFailure: a number left its type's range
}


def translate(
    error: PyMongoError | BSONError, model: Model | None, datamodel: Datamodel, *, raw: bool = False
) -> PrismaError:
    """The exception that callers see for a driver's; raise it `from` the driver's."""
    if isinstance(error, BulkWriteError):
        error = _first_write_error(error)
    if isinstance(error, OperationFailure):
        return _translate_failure(error, model, datamodel, raw=raw)
    if isinstance(error, WaitQueueTimeoutError):
        return data_error(
            "P2024",
            "Timed out fetching a new connection from the connection pool. Raise "
            "database.max_pool_size, or do less at once.",
        )
    if isinstance(error, NetworkTimeout):
        return ConnectionError("The operation timed out on the network.", code="P1008")
    if isinstance(error, ServerSelectionTimeoutError):
        return ConnectionError(
            "Can't reach database server: no usable server was found in time. Is MongoDB running, "
            "and does DATABASE_URL name it?",
            code="P1001",
        )
    if isinstance(error, AutoReconnect | ConnectionFailure):
        return ConnectionError("Server has closed the connection.", code="P1017")
    if isinstance(error, BSONError | DocumentTooLarge):
        return data_error("P2000", f"MongoDB cannot hold this document: {type(error).__name__}.")
    return data_error("P2035", f"The driver refused the operation: {type(error).__name__}.")


def _first_write_error(error: BulkWriteError) -> OperationFailure:
    details = error.details or {}
    failures = details.get("writeErrors") or details.get("writeConcernErrors") or [{}]
    first = failures[0]
    return OperationFailure(first.get("errmsg", ""), first.get("code"), first)


def _translate_failure(
    error: OperationFailure, model: Model | None, datamodel: Datamodel, *, raw: bool
) -> PrismaError:
    code = "P2033" if _left_its_range(error) else SERVER_CODES.get(error.code or 0)
    if code == "P2002":
        return _unique(error, model, datamodel)
    if code == "P2034" or (code == "P2028" and error.has_error_label("TransientTransactionError")):
        return write_conflict()
    if raw:
        meta = {"code": str(error.code or "unknown"), "message": _text(error)}
        message = f"Raw query failed. Code: `{meta['code']}`. Message: `{meta['message']}`"
        return data_error("P2010", message, meta)
    match code:
        case "P2028":
            return TransactionError(
                "Transaction API error: the transaction has been aborted, or is over. Start a new "
                "one; the error that came first says why."
            )
        case "P2031":
            return data_error("P2031", STANDALONE_REMEDY)
        case "P1000" | "P1010":
            return ConnectionError(
                "Authentication failed: the server refuses the credentials of DATABASE_URL, or "
                "their user lacks a right.",
                code=code,
            )
        case "P1008":
            return ConnectionError(
                "The operation timed out on the server: it took longer than timeoutMS allows.",
                code=code,
            )
        case "P2000":
            return too_large()
        case "P2033":
            return out_of_range()
    message = f"Assertion violation on the database: {error.code} {_name(error)}."
    return data_error(code or "P2035", message, {"database_error": _name(error)})


def _unique(error: OperationFailure, model: Model | None, datamodel: Datamodel) -> PrismaError:
    details = error.details or {}
    stored = tuple(details.get("keyPattern") or ())
    return unique_violation(_owner(error, model, datamodel), stored)


def _owner(error: OperationFailure, model: Model | None, datamodel: Datamodel) -> Model | None:
    """The model whose collection refused: nested writes touch others than the one asked for."""
    text = str((error.details or {}).get("errmsg", ""))
    _, found, rest = text.partition("collection: ")
    namespace = rest.split(" ", 1)[0] if found else ""
    collection = namespace.partition(".")[2]
    return next((item for item in datamodel.models if item.db_name == collection), model)


def _left_its_range(error: OperationFailure) -> bool:
    """Whether `$inc` or `$mul` left 64 bits: a BadValue that only its text tells from others."""
    return error.code == 2 and "Failed to apply $" in _text(error)


def _name(error: OperationFailure) -> str:
    name = (error.details or {}).get("codeName")
    return str(name) if name else "unknown error"


def _text(error: OperationFailure) -> str:
    return str((error.details or {}).get("errmsg") or _name(error))
