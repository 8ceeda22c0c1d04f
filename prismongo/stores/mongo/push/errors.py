"""Errors of a push: data that violates a unique index, or an index that MongoDB rejects.

An error contains fields and counts, but no stored values; the event `Violated` has those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from prisma.errors import DataError
from pymongo.errors import OperationFailure

from prismongo.errors import data_error
from prismongo.stores.mongo.errors import server_name
from prismongo.stores.mongo.push.differences import keys_text
from prismongo.stores.mongo.push.violations import Violation
from prismongo.stores.wanted.specs import IndexSpec

NOTHING_CHANGED: Final = "Nothing was changed."
# Refusals whose words are about the index alone; those of others may quote documents.
_ABOUT_THE_INDEX: Final = frozenset({2, 9, 13, 67, 72, 85, 86, 171, 197, 224})


def violations_error(violations: Sequence[Violation], state: str) -> DataError:
    """P2002: existing documents violate unique indexes. `state` says what was changed."""
    lines = [f"  {violation_text(violation)}" for violation in violations]
    first = violations[0].index
    return data_error(
        "P2002",
        "\n".join(
            [
                "The data there violates the schema's unique constraints:",
                *lines,
                f"{state} Correct these documents and push again; a dry run shows values.",
            ]
        ),
        {
            "modelName": first.collection,
            "target": list(first.paths),
            "violations": [_facts(violation) for violation in violations],
        },
    )


def index_refused(indexes: Sequence[IndexSpec], error: OperationFailure, state: str) -> DataError:
    """P2035: MongoDB rejects indexes of one collection."""
    names = ", ".join(f"`{index.name}` {keys_text(index)}" for index in indexes)
    name = server_name(error.code, error.details)
    reason = str((error.details or {}).get("errmsg", "")) if error.code in _ABOUT_THE_INDEX else ""
    return data_error(
        "P2035",
        f"MongoDB refuses to index `{indexes[0].collection}` by {names}: "
        f"{reason or name} ({error.code}). {state}",
        {"modelName": indexes[0].collection, "database_error": name},
    )


def violation_text(violation: Violation) -> str:
    """How many documents violate which index, without their values."""
    index = violation.index
    values = "1 value occurs" if violation.values == 1 else f"{violation.values:,} values occur"
    return (
        f"`{index.name}`: {values} more than once in {keys_text(index)} of `{index.collection}`, "
        f"in {violation.documents:,} documents"
    )


def _facts(violation: Violation) -> dict[str, Any]:
    return {
        "index": violation.index.name,
        "collection": violation.index.collection,
        "fields": list(violation.index.paths),
        "values": violation.values,
        "documents": violation.documents,
    }
