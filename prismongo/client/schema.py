"""The schema that a generated client was made from: below the client, above the language.

The text stands in the client's own package, so that it is at hand wherever the client is. The
schema.prisma that it came from may have changed since, or may not be there at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from prismongo.errors import ConfigurationError, SchemaError

if TYPE_CHECKING:
    from prismongo.schema.datamodel import Datamodel

Freshness = Literal["fresh", "stale", "unknown"]


@dataclass(frozen=True)
class ClientSchema:
    """Where a client's schema stands.

    Attributes:
        packaged: the copy in the client's package.
        source: the file or the folder that the client was generated from; often not there in
            production.
    """

    packaged: Path
    source: Path

    @cached_property
    def datamodel(self) -> Datamodel:
        """The schema that the client knows."""
        return _datamodel(self.packaged)

    def freshness(self) -> Freshness:
        """Whether the source still says the same; `unknown` where there is none, or it is broken.

        Comments and layout do not count.
        """
        try:
            return self.compare()
        except SchemaError:
            return "unknown"

    def compare(self) -> Freshness:
        """The same, where a source that is broken is an error.

        Raises:
            SchemaError: the source is not a valid schema.
        """
        from prismongo.schema.files import read_schema
        from prismongo.schema.fingerprint import fingerprint

        try:
            schema = read_schema(self.source)
        except ConfigurationError:
            return "unknown"
        if schema.text == self.packaged.read_text(encoding="utf-8"):
            return "fresh"
        return "fresh" if fingerprint(schema.parse()) == fingerprint(self.datamodel) else "stale"


@lru_cache(maxsize=8)
def _datamodel(path: Path) -> Datamodel:
    from prismongo.schema.parser import parse

    return parse(path.read_text(encoding="utf-8"))
