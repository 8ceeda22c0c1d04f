"""How the stores read and write rows: the options of BSON's codec. Beside the stores."""

from __future__ import annotations

from typing import Any

from bson import CodecOptions, DatetimeConversion

ROWS: CodecOptions[dict[str, Any]] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""Rows have dates in UTC without saying so, which `decode` says: the driver takes longer over it.
One beyond Python's range is an error of its row, not of all."""
