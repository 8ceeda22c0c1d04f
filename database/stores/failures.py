"""What stores refuse, in words that they share: a fake that spoke otherwise would be no fake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prisma.errors import DataError

from database.errors import TransactionError, data_error
from database.schema.datamodel import Model


def write_conflict() -> DataError:
    """Another transaction was faster (P2034)."""
    return data_error(
        "P2034",
        "Transaction failed due to a write conflict or a deadlock. Please retry your transaction; "
        "DatabaseService.transaction(callback) does it for you.",
    )


def ended_by(code: str) -> TransactionError:
    """The transaction was aborted by an error of one of its own operations (P2028)."""
    return TransactionError(
        f"Transaction API error: Transaction has been aborted: an operation in it failed with "
        f"{code}, and MongoDB keeps nothing of a transaction after that. Let the error end it."
    )


def unique_violation(owner: Model | None, paths: Sequence[str]) -> DataError:
    """Another document of the collection has these values already (P2002)."""
    names = [_schema_name(owner, path) for path in paths] if owner else list(paths)
    fields = ",".join(f"`{name}`" for name in names)
    meta: dict[str, Any] = {"target": names}
    if owner is not None:
        meta["modelName"] = owner.name
    return data_error("P2002", f"Unique constraint failed on the fields: ({fields})", meta)


def out_of_range() -> DataError:
    """A calculation left the range of a field's type (P2033)."""
    return data_error("P2033", "A number does not fit into the type of its field.")


def too_large() -> DataError:
    """A document grew beyond what MongoDB holds (P2000)."""
    return data_error("P2000", "The value is too large: MongoDB holds 16 MB a document.")


def not_bson() -> DataError:
    """A value that BSON has no room for (P2023)."""
    return data_error("P2023", "Inconsistent column data: BSON cannot hold it.")


def assertion(code: int, name: str) -> DataError:
    """The server refuses for a reason that Prisma has no code of its own for (P2035)."""
    message = f"Assertion violation on the database: {code} {name}."
    return data_error("P2035", message, {"database_error": name})


def _schema_name(model: Model, stored: str) -> str:
    head = stored.split(".", 1)[0]
    return next((field.name for field in model.fields if field.db_name == head), stored)
