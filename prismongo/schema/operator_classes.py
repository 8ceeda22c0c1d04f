"""`ops:` of an index field: PostgreSQL's operator classes, read as Prisma does and then dropped."""

from __future__ import annotations

from typing import Final

from prismongo.schema.errors import PlacedError
from prismongo.schema.language.syntax import Argument, Call, Constant, Text

# Prisma knows them on any connector (prisma-engines, `parser-database/src/coerce_expression.rs`).
_NAMES: Final = frozenset(
    """
    InetOps JsonbOps JsonbPathOps ArrayOps TextOps BitMinMaxOps VarBitMinMaxOps BpcharBloomOps
    BpcharMinMaxOps ByteaBloomOps ByteaMinMaxOps DateBloomOps DateMinMaxOps DateMinMaxMultiOps
    Float4BloomOps Float4MinMaxOps Float4MinMaxMultiOps Float8BloomOps Float8MinMaxOps
    Float8MinMaxMultiOps InetInclusionOps InetBloomOps InetMinMaxOps InetMinMaxMultiOps Int2BloomOps
    Int2MinMaxOps Int2MinMaxMultiOps Int4BloomOps Int4MinMaxOps Int4MinMaxMultiOps Int8BloomOps
    Int8MinMaxOps Int8MinMaxMultiOps NumericBloomOps NumericMinMaxOps NumericMinMaxMultiOps
    OidBloomOps OidMinMaxOps OidMinMaxMultiOps TextBloomOps TextMinMaxOps TimestampBloomOps
    TimestampMinMaxOps TimestampMinMaxMultiOps TimestampTzBloomOps TimestampTzMinMaxOps
    TimestampTzMinMaxMultiOps TimeBloomOps TimeMinMaxOps TimeMinMaxMultiOps TimeTzBloomOps
    TimeTzMinMaxOps TimeTzMinMaxMultiOps UuidBloomOps UuidMinMaxOps UuidMinMaxMultiOps
    """.split()  # noqa: SIM905 - a list of sixty names is sixty lines
)


def check_operator_class(argument: Argument) -> None:
    """Refuse what is no operator class of Prisma's; `raw("…")` takes any text."""
    match argument.value:
        case Constant(name=name) if name in _NAMES:
            return
        case Call(name="raw", arguments=arguments):
            if len(arguments.items) != 1:
                expected = f"Wrong number of arguments. Expected: 1, got: {len(arguments.items)}"
            elif not isinstance(arguments.items[0].value, Text):
                expected = "Invalid parameter type: expected string"
            else:
                return
            place = argument.value.position
        case Constant() | Call() as value:
            expected, place = f"Invalid operator class: {value}", value.position
        case _:
            expected, place = "operator class", argument.position
    raise PlacedError(f"Unexpected token. Expected one of: {expected}", place)
