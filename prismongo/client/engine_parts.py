"""What every action needs of the engine, imported by the first action and not by each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prismongo.query.decode.forms import PythonForm
    from prismongo.query.decode.shapes import Shape
    from prismongo.query.nodes.requests import Request


class EngineParts(NamedTuple):
    """The parts: what makes requests, and the forms and shapes of answers."""

    request: Callable[..., Request]
    values: type[PythonForm]
    shape: type[Shape]
    shape_of: Callable[[Any], Shape]


@cache
def engine_parts() -> EngineParts:
    """The parts; the first call imports them."""
    from prismongo.engine.structured import structured_request
    from prismongo.query.decode.forms import PythonForm
    from prismongo.query.decode.shapes import Shape, shape_of

    return EngineParts(structured_request, PythonForm, Shape, shape_of)
