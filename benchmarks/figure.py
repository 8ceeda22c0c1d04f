"""One figure beside the table of operations: a value, and how far it may reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value; `reach` is in the same unit, None where nothing was promised."""

    name: str
    value: float
    unit: str
    reach: float | None = None

    @property
    def verdict(self) -> str:
        """Whether it keeps what was promised."""
        if self.reach is None:
            return ""
        return "met" if self.value <= self.reach else "**missed**"
