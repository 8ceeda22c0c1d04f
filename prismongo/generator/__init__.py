"""The generator: Datamodel → the package of a client (`generate`).

Imports without a generated client: it is this room that makes it.
"""

from prismongo.generator.dmmf import fingerprint
from prismongo.generator.generate import Generated, generate, generated_schema, is_generated_from

__all__ = ["Generated", "fingerprint", "generate", "generated_schema", "is_generated_from"]
