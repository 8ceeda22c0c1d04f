"""What a schema must be for a client and for a database (`validated`): every mistake at once."""

from __future__ import annotations

from collections.abc import Callable

from prismongo.errors import SchemaError
from prismongo.generator.inputs import inputs_module
from prismongo.generator.names import refuse_names
from prismongo.generator.settings import refuse_settings
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.files import SchemaFiles
from prismongo.stores.wanted.indexes import wanted_indexes


def validated(schema: SchemaFiles) -> Datamodel:
    """The Datamodel of a schema that a client can be generated from, and a database pushed.

    Raises:
        SchemaError: names every mistake of the schema: of Prisma's language, of the options in
            comments, of names that Python or the client does not allow.
    """
    datamodel = schema.parse()
    checks: list[Callable[[Datamodel], object]] = [refuse_settings, wanted_indexes, refuse_names]
    errors = [error for check in checks if (error := _error(check, datamodel))]
    if not errors and (error := _error(inputs_module, datamodel)):
        errors.append(error)
    if errors:
        with schema.located():
            raise SchemaError.joined(errors)
    return datamodel


def _error(check: Callable[[Datamodel], object], datamodel: Datamodel) -> SchemaError | None:
    try:
        check(datamodel)
    except SchemaError as error:
        return error
    return None
