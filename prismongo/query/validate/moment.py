"""The time of a request: `now()` and `@updatedAt` have it, in all that the request writes."""

from __future__ import annotations

from datetime import datetime

from prismongo.query.values.date_time import now
from prismongo.query.values.scalars import scalar_of
from prismongo.schema.datamodel import Field


class Moment:
    """When one request was made, as fields store it."""

    __slots__ = ("_moment", "_stored")

    def __init__(self) -> None:
        self._moment: datetime | None = None
        self._stored: dict[int, object] = {}

    def __call__(self, field: Field) -> object:
        """What a field stores; by its identity, as every new record asks."""
        stored = self._stored.get(id(field))
        if stored is None:
            if self._moment is None:
                self._moment = now()
            stored = self._stored[id(field)] = scalar_of(field).encode(self._moment)
        return stored
