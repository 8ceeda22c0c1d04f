"""`validate`: what comes from outside, against a typed dict of the generated package."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter
from typing_extensions import is_typeddict

T = TypeVar("T")


def validate(type: type[T], data: Any) -> T:
    """Validate that data is what a typed dict says; unknown keys are refused.

        data = validate(types.UserCreateInput, await request.json())

    Args:
        type: a typed dict of `prisma.types`.
        data: what was received.

    Raises:
        TypeError: it is no typed dict.
        pydantic.ValidationError: the data is otherwise.
    """
    if not is_typeddict(type):
        raise TypeError(f"Only TypedDict types are supported, got: {type} instead.")
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    if "__pydantic_config__" not in vars(type):
        type.__pydantic_config__ = config  # type: ignore[attr-defined]  # pydantic reads it there
    validated: T = TypeAdapter(type).validate_python(data)
    return validated
