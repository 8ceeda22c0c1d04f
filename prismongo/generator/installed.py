"""The client that is generated already: of which schema it is."""

from __future__ import annotations

from pathlib import Path

from prismongo.errors import SchemaError
from prismongo.generator.settings import package
from prismongo.generator.staging import PACKAGED_SCHEMA
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.fingerprint import fingerprint
from prismongo.schema.parser import parse


def generated_schema(output: Path | None = None) -> str | None:
    """The text of the schema that the generated client was made of; None where there is none.

    Args:
        output: the folder of the client's package; the environment's `prisma` where None.
    """
    folder = output or package()
    if not (folder / "client.py").exists():
        return None
    try:
        return (folder / PACKAGED_SCHEMA).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def is_generated_from(datamodel: Datamodel, output: Path | None = None) -> bool:
    """Whether the generated client is one of this schema, comments and layout apart."""
    text = generated_schema(output)
    if text is None:
        return False
    try:
        return fingerprint(parse(text)) == fingerprint(datamodel)
    except SchemaError:
        return False
