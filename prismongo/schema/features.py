"""The preview features that a generator may ask for, as Prisma 6.19 knows them."""

from __future__ import annotations

from typing import Final

# In the order of Prisma's own list, which its error shows.
ACTIVE: Final = (
    "metrics",
    "nativeDistinct",
    "postgresqlExtensions",
    "relationJoins",
    "schemaEngineDriverAdapters",
    "shardKeys",
    "strictUndefinedChecks",
    "views",
)
# Known without being shown: finished ones, which change nothing, and some that are hidden.
_SILENT: Final = """
    aggregateApi atomicNumberOperations clientExtensions cockroachdb connectOrCreate createMany
    dataProxy deno distinct driverAdapters extendedIndexes extendedWhereUnique fieldReference
    filteredRelationCount filterJson fullTextIndex fullTextSearch groupBy improvedQueryRaw
    interactiveTransactions jsonProtocol microsoftSqlServer middlewares mongoDb multiSchema
    namedConstraints nApi nativeTypes omitApi orderByAggregateGroup orderByNulls orderByRelation
    prismaSchemaFolder queryCompiler reactNative referentialActions referentialIntegrity
    selectRelationCount tracing transactionApi typedSql uncheckedScalarInputs
""".split()  # noqa: SIM905 - a list of forty names is forty lines
_BY_LOWER: Final = {name.lower(): name for name in (*ACTIVE, *_SILENT)}


def known_feature(name: str) -> str | None:
    """The feature of this name in Prisma's spelling, whatever its case; None where unknown."""
    return _BY_LOWER.get(name.lower())
