from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from bson import Timestamp

from prismongo.query.values.date_time import DATE_TIME, TIMESTAMP

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=5))),
        NOON.replace(microsecond=999),
        "2026-01-02T12:00:00Z",
        "2026-01-02t14:00:00.0004+02:00",
    ],
    ids=str,
)
def test_moments_are_in_utc_to_the_millisecond(value: object) -> None:
    assert DATE_TIME.encode(value) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02",
        "2026-01-02T12:00:00",
        "2026-02-30T12:00:00Z",
        5,
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
    ids=str,
)
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="DateTime"):
        DATE_TIME.encode(value)


def test_the_wire_keeps_the_zeros() -> None:
    assert DATE_TIME.wire(datetime(7, 1, 2, tzinfo=UTC)) == "0007-01-02T00:00:00.000Z"


def test_a_timestamp_has_seconds() -> None:
    stored = TIMESTAMP.encode(NOON)
    assert stored == Timestamp(NOON, 0)
    assert TIMESTAMP.python(stored) == NOON
