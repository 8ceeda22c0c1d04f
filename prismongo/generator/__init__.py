"""The generator: schema.prisma → the package of a client (`generate`).

    settings    the generator block: where to, and what it is set to
    names       what no model and no field may be called; the client's attributes
    inputs/     `_inputs.py`: the typed dicts of the actions, by families
    modules/    the other modules of the package, each by one writer
    staging     written beside, proved by `proof` in a process of its own, moved into place

It needs no generated client, and none that is there can harm it.
"""

from prismongo.generator.generate import Generated, generate
from prismongo.generator.installed import generated_schema, is_generated_from

__all__ = ["Generated", "generate", "generated_schema", "is_generated_from"]
