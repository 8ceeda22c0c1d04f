"""Errors of the driver → errors with Prisma's codes, by tables of server codes and driver classes.

Messages begin with the text of Prisma (`libs/user-facing-errors` of prisma-engines), and say what
to do. `docs/errors.md` has all codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bson.errors import BSONError, InvalidBSON
from prisma.errors import PrismaError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
from pymongo.errors import WriteConcernError as UnmetConcern

from prismongo.errors import ConnectionError, TransactionError, data_error
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.codes import name_of
from prismongo.stores.errors import (
    SEARCH_REMEDIES,
    not_bson,
    not_utf8,
    null_number,
    null_violation,
    out_of_range,
    sorts_by_lists,
    too_deep,
    too_deep_for_python,
    too_large,
    unique_violation,
    unmet_concern,
    write_conflict,
)
from prismongo.stores.mongo.codes import SERVER_CODES
from prismongo.stores.undecodable import is_too_deep

TOO_LARGE: Final = (257, 388)
_BAD_VALUE: Final = 2
_SORT_BY_LISTS: Final = re.compile(
    r"cannot sort with keys that are parallel arrays"
    # By names inside composites; a write that says the same does not fit an index.
    r"|during (?:find command|aggregation) :: caused by :: cannot index parallel arrays"
)
_SEARCH_WITH_HINT: Final = "text and hint not allowed"
_OVERFLOW: Final = 15
_NULL_NUMBER: Final = re.compile(r"has the field '([^']*)' of non-numeric type null\Z")
_ATLAS: Final = 8000
_ATLAS_SIGNS: Final = (("not allowed", "P1010"), ("quota", "P2035"))

DriverFailure = PyMongoError | BSONError | UnicodeEncodeError | OverflowError
DRIVER_FAILURES: Final = (PyMongoError, BSONError, UnicodeEncodeError, OverflowError)
"""What the driver raises; the last two are raised by bson, for values it cannot encode."""

# The driver's own errors → Prisma's code: the first class that fits.
DRIVER_ERRORS: Final[Sequence[tuple[type[Exception], str]]] = (
    (WaitQueueTimeoutError, "P2024"),
    (NetworkTimeout, "P1008"),
    (ServerSelectionTimeoutError, "P1001"),
    (NotPrimaryError, "P1001"),
    (ConnectionFailure, "P1017"),
    (ProtocolError, "P1017"),
    (DocumentTooLarge, "P2000"),
    (BSONError, "P2023"),
    (UnicodeEncodeError, "P2023"),
    (OverflowError, "P2023"),
    (PyMongoError, "P2035"),
)


def standalone_remedy(host: str = "localhost:27017") -> str:
    """Why a standalone server, at `host`, has no transactions, and what to do about it."""
    return (
        "Prisma needs to perform transactions, which requires your MongoDB server to be run as a "
        f"replica set; one node suffices. {replica_set_commands(host)}"
    )


def replica_set_commands(host: str) -> str:
    """The commands that turn a standalone server into a replica set of one node."""
    member = f'rs.initiate({{_id: "rs0", members: [{{_id: 0, host: "{host}"}}]}})'
    return (
        "Restart it as `mongod --replSet rs0` with its other "
        f"options as they are; run once `mongosh mongodb://{host} --eval '{member}'`; and write "
        "replicaSet=rs0 into DATABASE_URL, instead of directConnection=true if that is there."
    )


STANDALONE_REMEDY: Final = standalone_remedy()

_WORDS: Final[Mapping[str, str]] = {
    "P1000": (
        "Authentication failed against the database server: it does not accept the credentials of "
        "DATABASE_URL. Check user, password and authSource."
    ),
    "P1001": (
        "Can't reach database server: it cannot be used now. Are all members of the replica set "
        "up, and does DATABASE_URL name them?"
    ),
    "P1008": (
        "Operations timed out: the answer took longer than the time-outs of DATABASE_URL allow. An "
        "index may be missing, or the server is overloaded."
    ),
    "P1010": (
        "The user of DATABASE_URL was denied access on the database. Grant it the role readWrite."
    ),
    "P1017": (
        "Server has closed the connection. Whether a write was carried out is not known: look "
        "before you repeat it. The next operation connects again."
    ),
    "P2024": (
        "Timed out fetching a new connection from the connection pool. Raise "
        "database.max_pool_size or database.wait_queue_timeout, or do less at once."
    ),
    "P2028": (
        "Transaction API error: the transaction has been aborted, or is over. Start a new one; the "
        "error that came first says why."
    ),
    "P2031": STANDALONE_REMEDY,
}

_TOO_LARGE_WORDS: Final = (
    "Transaction API error: the transaction writes more than MongoDB holds in one, and is rolled "
    "back. Write less in it: in portions, each a transaction of its own."
)


def translate(
    error: DriverFailure, model: Model | None, datamodel: Datamodel, *, raw: bool = False
) -> PrismaError:
    """The error that callers see for an error of the driver; raise it `from` that one.

    Args:
        error: the error of the driver.
        model: the model of the operation.
        datamodel: has the names of collections and fields.
        raw: whether it was a raw operation, whose errors are P2010.
    """
    if isinstance(error, BulkWriteError):
        error = _first_write_error(error)
    if isinstance(error, OperationFailure):
        return _translate_failure(error, model, datamodel, raw=raw)
    if isinstance(error, InvalidBSON) and not raw:
        return too_deep_for_python(model) if is_too_deep(error) else not_utf8(model)
    code = next(code for kind, code in DRIVER_ERRORS if isinstance(error, kind))
    if raw and code.startswith("P2") and code != "P2024":
        return raw_failure("unknown", f"The driver refuses it: {type(error).__name__}")
    return _of_driver(code, error)


def raw_failure(code: str, message: str) -> PrismaError:
    """A raw operation failed (P2010)."""
    meta = {"code": code, "message": message}
    return data_error("P2010", f"Raw query failed. Code: `{code}`. Message: `{message}`", meta)


def _of_driver(code: str, error: Exception) -> PrismaError:
    name = type(error).__name__
    match code:
        case "P1001":
            cause = "it is not the primary" if isinstance(error, NotPrimaryError) else "none usable"
            return ConnectionError(
                f"Can't reach database server: {cause}. Is MongoDB running, and does DATABASE_URL "
                "name all its members?",
                code=code,
                meta={"cause": cause} | _named(error),
            )
        case "P2000":
            return too_large()
        case "P2023":
            return not_bson()
        case "P2024":
            return data_error(code, _WORDS[code])
        case "P1008" | "P1017":
            return ConnectionError(_WORDS[code], code=code)
        case _:
            message = f"Assertion violation on the database: the driver refuses it ({name})."
            return data_error(code, message, {"database_error": name})


def _first_write_error(error: BulkWriteError) -> OperationFailure:
    details = error.details or {}
    kind = OperationFailure if details.get("writeErrors") else UnmetConcern
    failures = details.get("writeErrors") or details.get("writeConcernErrors") or [{}]
    first = failures[0]
    return kind(first.get("errmsg", ""), first.get("code"), first)


def code_of(error: OperationFailure) -> str:
    """Prisma's code of an error of the server."""
    code = SERVER_CODES.get(error.code or 0, "P2035")
    if error.has_error_label("TransientTransactionError") and not code.startswith("P1"):
        return "P2034"
    if _left_its_range(error):
        return "P2020"
    if error.code == _BAD_VALUE and _SEARCH_WITH_HINT in _text(error):
        return "P2026"
    if code == "P2031" and "replica set" not in _text(error):
        return "P2035"  # an IllegalOperation of another kind
    if code == "P1010" and "requires authentication" in _text(error):
        return "P1000"  # nobody has logged in
    if error.code == _ATLAS:  # which says everything with this number
        return next((code for sign, code in _ATLAS_SIGNS if sign in _text(error)), code)
    return code


def _translate_failure(
    error: OperationFailure, model: Model | None, datamodel: Datamodel, *, raw: bool
) -> PrismaError:
    code = code_of(error)
    if code == "P2034":
        return write_conflict()
    if isinstance(error, UnmetConcern) and code in ("P1008", "P2035") and not raw:
        return unmet_concern(_servers(error), _meta(error))
    if raw:
        return raw_failure(str(error.code or "unknown"), _text(error))
    match code:
        case "P2002":
            stored = tuple((error.details or {}).get("keyPattern") or ())
            return unique_violation(_owner(error, model, datamodel), stored)
        case "P2004" if nulls := tuple(_nulls(error.details or {})):
            return null_violation(_owner(error, model, datamodel), nulls)
        case "P2000":
            return too_large()
        case "P2020":
            return out_of_range()
        case "P2023":
            return not_bson()
        case "P2028":
            words = _TOO_LARGE_WORDS if error.code in TOO_LARGE else _WORDS[code]
            return TransactionError(words + _servers(error), meta=_meta(error))
        case "P1000" | "P1001" | "P1008" | "P1010" | "P1017":
            return ConnectionError(_WORDS[code] + _servers(error), code=code, meta=_meta(error))
        case "P2035" if error.code == _OVERFLOW:
            return too_deep()
        case "P2035" if _SORT_BY_LISTS.search(_text(error)):
            return sorts_by_lists()
        case "P2035" if found := _NULL_NUMBER.search(_text(error)):
            return null_number(found[1])
    return _other(code, error, _owner(error, model, datamodel))


def _other(code: str, error: OperationFailure, model: Model | None) -> PrismaError:
    name, meta = _name(error), _meta(error)
    match code:
        case "P2004":
            message = f"A constraint failed on the database: {name}, by the collection's validator."
        case "P2012":
            message = (
                f"Missing a required value: MongoDB finds the collection's shard key not ({name}). "
                "Give every field of the key: to a write its value, to a filter as an equality. "
                "`/// @shardKey([…])` above the model does it for every write of this client."
            )
        case "P2021":
            meta["table"] = model.db_name if model else None
            message = (
                f"The table `{meta['table']}` does not exist in the current database. "
                "`prismongo push` creates the collections of the schema."
            )
        case "P2026":
            where = " in a transaction" if "Transaction" in name else ""
            remedy = SEARCH_REMEDIES.get(error.code or 0, "")
            message = f"MongoDB does not offer this{where} ({name}).{remedy}"
        case "P2031":
            message = STANDALONE_REMEDY
        case _:
            number = "" if error.code is None else f"{error.code} "
            message = f"Assertion violation on the database: {number}{name}."
    return data_error(code, message, meta)


def _owner(error: OperationFailure, model: Model | None, datamodel: Datamodel) -> Model | None:
    """The model of the collection with the error: nested writes use several collections."""
    text = str((error.details or {}).get("errmsg", ""))
    _, found, rest = text.partition("collection: ")
    namespace = rest.split(" ", 1)[0] if found else ""
    collection = namespace.partition(".")[2]
    return next((item for item in datamodel.models if item.db_name == collection), model)


def _nulls(details: Mapping[str, Any]) -> Iterator[str]:
    """The stored names of the fields that the validator found missing or null."""
    information = details.get("errInfo") or {}
    rules = (information.get("details") or {}).get("schemaRulesNotSatisfied") or ()
    for rule in rules:
        yield from rule.get("missingProperties", ())
        for each in rule.get("propertiesNotSatisfied", ()):
            if any(detail.get("consideredType") == "null" for detail in each.get("details", ())):
                yield each["propertyName"]


def _left_its_range(error: OperationFailure) -> bool:
    """Whether the result of `$inc` or `$mul` exceeds 64 bits; only the text says so."""
    return error.code == _BAD_VALUE and "Failed to apply $" in _text(error)


def server_name(code: int | None, details: Any) -> str:
    """The server's name for an error: as its reply has it, else by the number.

    The error of a single write within a command has no name beside its number.
    """
    name = details.get("codeName") if isinstance(details, Mapping) else None
    return str(name) if name else "unknown error" if code is None else name_of(code)


def _name(error: OperationFailure) -> str:
    return server_name(error.code, error.details)


def _named(error: Exception) -> dict[str, Any]:
    """The same of an error that the driver has a class for: not the primary, shutting down."""
    details = getattr(error, "details", None)
    code = details.get("code") if isinstance(details, Mapping) else None
    return {} if code is None else {"database_error": server_name(code, details)}


def _servers(error: OperationFailure) -> str:
    return f" MongoDB's error: {error.code} {_name(error)}."


def _meta(error: OperationFailure) -> dict[str, Any]:
    return {"database_error": _name(error)}


def _text(error: OperationFailure) -> str:
    return str((error.details or {}).get("errmsg") or _name(error))
