"""The modules of the generated package, each by one writer."""

from __future__ import annotations

from pathlib import Path

from prismongo.generator.inputs import inputs_module
from prismongo.generator.modules.client import actions_module, client_module
from prismongo.generator.modules.package import ERRORS, FIELDS, REGISTRY, TYPES, init_module
from prismongo.generator.modules.partials import partials_module
from prismongo.generator.modules.records import bases_module, enums_module, models_module
from prismongo.schema.datamodel import Datamodel

__all__ = ["modules"]


def modules(datamodel: Datamodel, path: Path, text: str, *, stands_alone: bool) -> dict[str, str]:
    """The files of the package: name → text.

    Args:
        datamodel: the schema.
        path: where the schema stands.
        text: the schema's text, which travels in the package.
        stands_alone: whether it needs an `errors` of its own; that of `prisma` is upstream's.

    Raises:
        SchemaError: a name that cannot be.
    """
    files = {
        "__init__.py": init_module(),
        "_inputs.py": inputs_module(datamodel),
        "_registry.py": REGISTRY,
        "actions.py": actions_module(datamodel),
        "bases.py": bases_module(datamodel),
        "client.py": client_module(datamodel, path),
        "enums.py": enums_module(datamodel),
        "fields.py": FIELDS,
        "models.py": models_module(datamodel),
        "partials.py": partials_module(datamodel, ()),
        "schema.prisma": text,
        "types.py": TYPES,
    }
    if stands_alone:
        files |= {"errors.py": ERRORS, "py.typed": ""}
    return files
