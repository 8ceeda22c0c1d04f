"""DateTime: BSON's date, in UTC to the millisecond; with `@db.Timestamp` its timestamp."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bson import Timestamp

from prismongo.query.values.bson_types import refuse_stored
from prismongo.query.values.scalar_type import RANGE, Expected, ScalarType, refuse

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z")


def now() -> datetime:
    """The present in UTC, to the millisecond that MongoDB keeps."""
    return _to_milliseconds(datetime.now(UTC))


def _encode(value: object) -> datetime:
    if isinstance(value, str):
        value = _parse(value)
    if not isinstance(value, datetime):
        raise refuse(value, "DateTime")
    try:
        moment = _as_utc(value) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the DateTime is out of range in UTC") from None
    return _to_milliseconds(moment)


def _parse(text: str) -> datetime:
    try:
        if _RFC3339.match(text) is not None:
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # digits that are no date
    raise ValueError(
        "expected DateTime, got a String that is not ISO 8601 with date, time and offset"
    )


def _to_milliseconds(moment: datetime) -> datetime:
    beyond = moment.microsecond % 1000
    return moment - timedelta(microseconds=beyond) if beyond else moment


def _read(value: object) -> datetime:
    """Aware, and in UTC."""
    if isinstance(value, datetime):
        return _as_utc(value)  # the store's rows leave it out
    if isinstance(value, Timestamp):
        return _as_utc(value.as_datetime())  # whose time zone is the driver's own
    raise refuse_stored(value)


def _as_utc(value: datetime) -> datetime:
    """The moment as one in UTC, whatever it says; `replace` takes six times as long."""
    return datetime.combine(value, value.time(), UTC)


def _wire(value: object) -> str:
    """ISO 8601 with milliseconds and `Z`."""
    moment = _read(value)
    clock = f"{moment:%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{moment.year:04d}-{clock}"  # strftime leaves out the zeros of an early year


DATE_TIME: Final = ScalarType(
    name="DateTime",
    takes=(datetime, str),
    python_type=datetime,
    encode=_encode,
    python=_read,
    wire=_wire,
    least=(datetime.min.replace(tzinfo=UTC),),
    operators=RANGE,
    expected=Expected(
        "type(v) is datetime",
        "combine(v, v.time(), UTC)",  # replace() takes six times as long
        {"datetime": datetime, "combine": datetime.combine, "UTC": UTC},
    ),
    given=Expected(
        "type(v) is datetime and v.tzinfo is UTC and not v.microsecond % 1000",
        "v",
        {"datetime": datetime, "UTC": UTC},
    ),
    native="moment",
)
TIMESTAMP: Final = replace(
    DATE_TIME,
    encode=lambda value: Timestamp(_encode(value), 0),
    least=(Timestamp(0, 0),),
    expected=None,
    given=None,
)
