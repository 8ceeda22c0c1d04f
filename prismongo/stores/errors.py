"""Errors of the stores, with the same texts wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from prisma.errors import DataError, PrismaError

from prismongo.errors import (
    ChangeStreamError,
    HistoryLostError,
    OversizedChangeError,
    TransactionError,
    WriteConcernError,
    data_error,
)
from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.limits import TRANSACTION_BYTES, TRANSACTION_RECORDS
from prismongo.schema.datamodel import Model
from prismongo.stores.codes import name_of

SEARCH_REMEDIES: Final[Mapping[int, str]] = {
    2: " A search takes no hint: it uses the text index.",
    27: (
        " The collection has no text index, which a search needs: `prismongo push` makes the "
        "indexes of the schema."
    ),
    291: (
        " No index serves the search. Each alternative of an OR needs one: `prismongo push` makes "
        "those of the schema. A text index that is `@partial` serves only filters that say its "
        "condition, too."
    ),
}
"""What to do about errors of the server about a search: BadValue, IndexNotFound and
NoQueryExecutionPlans."""


def unmet_concern(said: str, meta: Mapping[str, Any]) -> DataError:
    """The members did not acknowledge a write in time, or there are not so many.

    Args:
        said: the server's error, as a sentence.
        meta: its facts.
    """
    message = (
        "The write was applied, but not acknowledged by as many members as its write concern "
        "demands (`w`, in `wtimeout`). Do not repeat it: it is on the primary, and only a failover "
        f"may undo it.{said}"
    )
    return data_error("P2035", message, meta, kind=WriteConcernError)


def write_conflict() -> DataError:
    """Another transaction was faster (P2034)."""
    return data_error(
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction; "
        "`transaction(callback)` and `atomic.run(callback)` do it for you.",
    )


def transaction_aborted(code: str) -> TransactionError:
    """The transaction was aborted by an error of one of its own operations (P2028)."""
    return TransactionError(
        f"Transaction API error: Transaction has been aborted: an operation in it failed with "
        f"{code}, and MongoDB keeps nothing of a transaction after that. Let the error end it."
    )


def transaction_full(records: int, size: int) -> TransactionError:
    """A transaction has no room for what an operation would write (P2028).

    Args:
        records: how many records the transaction would write.
        size: how many bytes of new documents.
    """
    return TransactionError(
        f"Transaction API error: more than one transaction holds safely: {records:,} records or "
        f"more, {size:,} bytes of new ones, where {TRANSACTION_RECORDS:,} records and "
        f"{TRANSACTION_BYTES:,} bytes are the most. So this operation is refused. Without "
        "`atomic`, and outside of transactions and batches, it is written in portions.",
        meta={
            "records": records,
            "bytes": size,
            "max_records": TRANSACTION_RECORDS,
            "max_bytes": TRANSACTION_BYTES,
        },
    )


def unique_violation(owner: Model | None, paths: Sequence[str]) -> DataError:
    """Another document of the collection has these values already (P2002)."""
    fields, meta = _constraint(owner, paths)
    return data_error("P2002", f"Unique constraint failed on the fields: ({fields})", meta)


def null_violation(owner: Model | None, paths: Sequence[str]) -> DataError:
    """The validator of the collection requires these values (P2011)."""
    fields, meta = _constraint(owner, paths)
    message = (
        f"Null constraint violation on the fields: ({fields}). The collection's validator requires "
        "them: give them a value, or change it by collMod."
    )
    return data_error("P2011", message, meta)


def _constraint(owner: Model | None, paths: Sequence[str]) -> tuple[str, dict[str, Any]]:
    names = [_schema_name(owner, path) for path in paths] if owner else list(paths)
    meta: dict[str, Any] = {"target": names}
    if owner is not None:
        meta["modelName"] = owner.name
    return ",".join(f"`{name}`" for name in names), meta


def out_of_range() -> DataError:
    """The result of a calculation does not fit into the type of the field (P2020)."""
    reason = "The result does not fit into the type of its field"
    return data_error("P2020", f"Value out of range for the type. {reason}.", {"details": reason})


def null_number(name: str) -> DataError:
    """An update calculates with a required number whose stored value is null (P2032)."""
    return data_error(
        "P2032",
        f'The update calculates with "{name}", which is required and whose stored value is null. '
        "Correct the document, or make the field optional: null then stays null.",
        {"field": name, "found": "null"},
    )


def too_large() -> DataError:
    """A document is larger than MongoDB allows (P2000)."""
    return data_error(
        "P2000",
        "The provided value for the column is too long for the column's type: MongoDB holds 16 MB "
        "a document.",
    )


def not_utf8(model: Model | None) -> DataError:
    """A document of an answer holds a text that is not UTF-8 (P2023)."""
    return _undecodable(model, "holds a text that is not UTF-8")


def too_deep_for_python(model: Model | None) -> DataError:
    """A document of an answer is nested deeper than Python's stack reaches (P2023)."""
    return _undecodable(model, "is nested too deeply for Python's recursion limit")


def _undecodable(model: Model | None, reason: str) -> DataError:
    owner = "a collection" if model is None else model.name
    return data_error(
        "P2023",
        f"Inconsistent column data: a stored document of {owner} {reason}. A write that has this "
        "answer was done, unless its transaction is rolled back. Correct the document: set the "
        "field, and select nothing but the id.",
        {"model": None if model is None else model.name},
    )


def not_bson() -> DataError:
    """A value that BSON cannot represent (P2023)."""
    return data_error("P2023", "Inconsistent column data: BSON cannot hold it.")


def too_deep() -> DataError:
    """A document or a query is nested deeper than MongoDB allows (P2035)."""
    return data_error(
        "P2035",
        "Assertion violation on the database: what is nested in more than about 180 levels, "
        "MongoDB does not hold.",
        {"database_error": "Overflow"},
    )


def sorts_by_lists() -> DataError:
    """A record holds lists in two fields of an order, which MongoDB does not compare (P2026)."""
    return data_error(
        "P2026",
        "MongoDB does not sort by two fields that hold lists in one record: order by one of them.",
        {"feature": "order by two lists"},
    )


def assertion(code: int) -> DataError:
    """The server refuses for a reason that Prisma has no code of its own for (P2035)."""
    name = name_of(code)
    message = f"Assertion violation on the database: {code} {name}."
    return data_error("P2035", message, {"database_error": name})


# --- change streams ---


def malformed_token() -> ChangeStreamError:
    """A text that is no token of this database (P2009)."""
    return ChangeStreamError(
        "The token to resume after is none of this database's: give `change.token` or "
        "`changes.token` as it was.",
        code="P2009",
    )


def history_lost(names: str, token: str, since: datetime, reason: str) -> HistoryLostError:
    """The changes after a token are no longer available.

    Args:
        names: the watched models.
        token: the last token of the stream.
        since: the time of the token.
        reason: why they are not available, and how to keep more.
    """
    return HistoryLostError(
        f"The changes of {names} since {since:%Y-%m-%d %H:%M:%S} UTC are lost: {reason}. Read anew "
        "what there is and watch without a token.",
        since=since,
        meta={"models": names, "since": since.isoformat()},
        token=token,
    )


def oversized(model: Model, operation: str, token: str) -> OversizedChangeError:
    """A change that is too large for an event.

    Args:
        model: the model of the record.
        operation: what happened to the record.
        token: the token of the change.
    """
    return OversizedChangeError(
        f"The {operation} of a record of {model.name} cannot be sent: an event holds the record "
        "before and after the change, 16 MB together. This error's token continues after it. With "
        'on_oversized="report" the change comes without the record, with "skip" it does not come.',
        meta={"model": model.name, "operation": operation},
        token=token,
    )


def no_images(model: Model, *, asked: bool) -> PrismaError:
    """A filter that needs images, which the collection does not keep (P2026).

    Args:
        model: the model of the collection.
        asked: whether the schema asks for images, but was not pushed yet.
    """
    if asked:
        remedy = "run `prismongo push`, which makes the collection keep them"
    else:
        remedy = "write `/// @changeImages` above the model and push"
    return unsupported(
        f"A `where` on updates or deletes of {model.name}, whose collection keeps no images of "
        "changed documents,",
        f'{remedy}; or watch with operations={{"insert"}}, or without a `where`',
    )


def _schema_name(model: Model, stored: str) -> str:
    head = stored.split(".", 1)[0]
    return next((field.name for field in model.fields if field.db_name == head), stored)
