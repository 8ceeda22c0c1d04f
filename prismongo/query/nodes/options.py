"""Options of operations, of `with_options`: checked by the client, used by the stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

IndexHint = str | tuple[tuple[str, int], ...]
"""The name of an index, or its keys: stored names with 1 or -1."""

IN_TRANSACTIONS: Final = ("local", "majority", "snapshot")
"""The read concerns that MongoDB has for transactions."""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """Options of operations; None is what the connection has. Equal to itself alone.

    Attributes:
        read_preference: of PyMongo.
        read_concern: of PyMongo.
        write_concern: of PyMongo.
        timeout: how long an operation may take, in seconds.
        comment: shown by the server's profiler and log.
        hint: an index of the operation's own model.
        hints: an index per model.
        views: what the engine has made of them, by model and kind of operation.
    """

    read_preference: Any = None
    read_concern: Any = None
    write_concern: Any = None
    timeout: float | None = None
    comment: str | None = None
    hint: IndexHint | None = None
    hints: Mapping[str, IndexHint] = field(default_factory=dict)
    views: dict[tuple[str | None, bool], tuple[Any, Any]] = field(
        default_factory=dict, init=False, repr=False
    )

    def refused_inside(self, around: Options | None) -> str | None:
        """The first option that an operation of a transaction cannot have.

        Args:
            around: the options that the transaction was begun with.
        """
        names: tuple[Literal["read_concern", "write_concern"], ...]
        names = ("read_concern", "write_concern")
        for name in names:
            own = getattr(self, name)
            if own is not None and own != getattr(around, name, None):
                return name
        return self.refused_to_begin()

    def refused_to_begin(self) -> str | None:
        """The first option that a transaction cannot have."""
        if self.read_preference is not None and self.read_preference.mode != 0:
            return "read_preference"
        if self.read_concern is not None and self.read_concern.level not in IN_TRANSACTIONS:
            return "read_concern"
        return None

    def of_writes(self) -> Options:
        """Those of an operation that writes: what it reads first, it reads from the primary."""
        return self if self.read_preference is None else replace(self, read_preference=None)
