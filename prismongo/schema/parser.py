"""`parse`: text of a schema.prisma → Datamodel."""

from __future__ import annotations

from prismongo.errors import SchemaError
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.errors import PlacedError
from prismongo.schema.language.blocks import read
from prismongo.schema.resolve import resolve


def parse(text: str) -> Datamodel:
    """Parse the text of a schema.prisma into its Datamodel. Reads no file and no environment.

    Raises:
        SchemaError: the schema is not valid; it names the first mistake and its place.
    """
    try:
        return resolve(read(text))
    except PlacedError as refused:
        place = refused.position
        raise SchemaError(refused.reason, place.line, place.column, text=text) from None
