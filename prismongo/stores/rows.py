"""The codec options of rows, for both stores."""

from __future__ import annotations

from typing import Any

from bson import CodecOptions, DatetimeConversion

ROWS: CodecOptions[dict[str, Any]] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_AUTO
)
"""Dates of rows are in UTC, without a time zone: `decode` adds it faster than the driver. A date
beyond the range of Python is an error of its row, not of the whole reply."""
