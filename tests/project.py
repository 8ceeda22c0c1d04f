"""Files of this project that tests read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[1]
SCHEMA: Final = TOP / "schema.prisma"
