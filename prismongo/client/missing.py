"""What to do where no client is generated, said by the import that fails. Beside the client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NOT_GENERATED: Final = (
    "No client is generated, or one of another schema: run `prismongo generate` in the folder of "
    "the schema.prisma that this application needs."
)
_GENERATED: Final = "prisma"
"""The package that upstream generates into; it says `prisma generate` where there is no client."""


@contextmanager
def explained() -> Iterator[None]:
    """Around imports of a generated client: an error that comes of its lack says what to do."""
    try:
        yield
    except ImportError as error:
        if f"{error.name}.".startswith(f"{_GENERATED}."):
            error.add_note(NOT_GENERATED)
        raise
    except RuntimeError as error:
        if "hasn't been generated" in str(error):
            error.add_note(NOT_GENERATED)
        raise
