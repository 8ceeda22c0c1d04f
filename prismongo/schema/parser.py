"""`parse`: text of a schema.prisma → Datamodel."""

from __future__ import annotations

from prismongo.schema.datamodel import Datamodel
from prismongo.schema.errors import InvalidSchemaError, Mistakes, schema_error
from prismongo.schema.language.blocks import read
from prismongo.schema.resolve import resolve


def parse(text: str) -> Datamodel:
    """Parse the text of a schema.prisma into its Datamodel. Reads no file and no environment.

    Raises:
        SchemaError: the schema is not valid; it names every mistake and its place.
    """
    mistakes = Mistakes()
    try:
        return resolve(read(text, mistakes), mistakes)
    except InvalidSchemaError as invalid:
        error = schema_error(invalid.mistakes, text)
    raise error
