"""The preview features that a generator may ask for, as Prisma 5.17 knows them."""

from __future__ import annotations

from typing import Final

# In the order of Prisma's own list, which its error shows.
ACTIVE: Final = (
    "deno",
    "driverAdapters",
    "fullTextIndex",
    "fullTextSearch",
    "metrics",
    "multiSchema",
    "nativeDistinct",
    "postgresqlExtensions",
    "tracing",
    "views",
    "relationJoins",
    "prismaSchemaFolder",
    "omitApi",
)
# Known without being shown: finished ones, which change nothing, and one that is hidden.
_SILENT: Final = """
    aggregateApi atomicNumberOperations clientExtensions cockroachdb connectOrCreate createMany
    dataProxy distinct extendedIndexes extendedWhereUnique fieldReference filteredRelationCount
    filterJson groupBy improvedQueryRaw interactiveTransactions jsonProtocol microsoftSqlServer
    middlewares mongoDb namedConstraints nApi nativeTypes orderByAggregateGroup orderByNulls
    orderByRelation referentialActions referentialIntegrity selectRelationCount transactionApi
    uncheckedScalarInputs reactNative
""".split()  # noqa: SIM905 - a list of forty names is forty lines
_BY_LOWER: Final = {name.lower(): name for name in (*ACTIVE, *_SILENT)}


def known_feature(name: str) -> str | None:
    """The feature of this name in Prisma's spelling, whatever its case; None where unknown."""
    return _BY_LOWER.get(name.lower())
