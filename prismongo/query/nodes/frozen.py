"""Frozen dataclasses with a fast `__init__`, for the nodes that every operation makes.

A frozen dataclass sets its fields by `object.__setattr__`, which looks up the slot by its name. The
`__init__` made here calls the setter of the slot, which takes a third of the time.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def frozen(kind: type[T]) -> type[T]:
    """Give a frozen dataclass, with slots and without `__post_init__`, a fast `__init__`."""
    if hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} has a __post_init__, which would not be called")
    known: dict[str, Any] = {"MISSING": MISSING}
    parameters, lines = ["self"], []
    for each in fields(kind):  # type: ignore[arg-type]  # a dataclass, as said
        known[f"set_{each.name}"] = vars(kind)[each.name].__set__
        parameters.append(_parameter(each, known))
        lines.append(f"    set_{each.name}(self, {_value(each)})\n")
    source = f"def __init__({', '.join(parameters)}):\n{''.join(lines)}"
    exec(source, known)  # noqa: S102 - made of the names of a class of ours
    setattr(kind, "__init__", known["__init__"])  # noqa: B010 - mypy knows better
    return kind


def _parameter(each: Field[Any], known: dict[str, Any]) -> str:
    if each.default_factory is not MISSING:
        known[f"make_{each.name}"] = each.default_factory
        return f"{each.name}=MISSING"
    if each.default is MISSING:
        return each.name
    known[f"default_{each.name}"] = each.default
    return f"{each.name}=default_{each.name}"


def _value(each: Field[Any]) -> str:
    if each.default_factory is MISSING:
        return each.name
    return f"make_{each.name}() if {each.name} is MISSING else {each.name}"
