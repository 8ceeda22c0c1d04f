"""Text of a schema.prisma → Datamodel (`parse`): the first stage of the way through."""

from __future__ import annotations

from database.errors import SchemaError
from database.schema.blocks import read
from database.schema.datamodel import Datamodel
from database.schema.refusal import RefusalError
from database.schema.resolve import resolve


def parse(text: str) -> Datamodel:
    """Parse the text of a schema.prisma into its Datamodel. Reads no file and no environment.

    Raises:
        SchemaError: the schema is not valid; the first mistake, with its place.
    """
    try:
        return resolve(read(text))
    except RefusalError as refused:
        place = refused.position
        raise SchemaError(refused.reason, place.line, place.column, text=text) from None
