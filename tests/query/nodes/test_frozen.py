"""Values that cost little to make are the values that they were."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from prismongo.query.nodes.frozen import frozen


@frozen
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    names: dict[str, int] = field(default_factory=dict)


def test_its_fields_are_given_or_have_their_defaults() -> None:
    point = Point(1)
    assert (point.x, point.y, point.names) == (1, 2, {})
    assert Point(1, y=3, names={"a": 1}) == replace(point, y=3, names={"a": 1})
    assert Point(1).names is not point.names


def test_it_is_frozen_and_has_slots() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    assert not hasattr(point, "__dict__")


def test_what_is_missing_or_unknown_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="x"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="z"):
        Point(1, z=2)  # type: ignore[call-arg]


def test_a_post_init_is_refused() -> None:
    with pytest.raises(TypeError, match="__post_init__"):

        @frozen
        @dataclass(frozen=True, slots=True)
        class Checked:
            x: int

            def __post_init__(self) -> None:
                raise AssertionError
