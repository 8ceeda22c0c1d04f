"""Typed dicts whose classes cost little to make: their annotations stay text until asked for.

A generated package has a thousand of them, and a process looks at few. For whoever asks they are
typed dicts: they have that metaclass; `get_type_hints` and pydantic understand them.
Checkers see `typing_extensions.TypedDict`.
"""

from __future__ import annotations

import sys
from typing import Any

import typing_extensions

_Real: Any = typing_extensions.TypedDict
_Meta: Any = type(_Real("_Real", {}))


class _LazyMeta(_Meta):  # type: ignore[misc]  # the metaclass is made by a function
    """Merges what the bases have, as the metaclass of typed dicts does, and evaluates nothing."""

    def __new__(
        cls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any], total: bool = True
    ) -> Any:
        own: dict[str, Any] = namespace.get("__annotations__", {})
        merged: dict[str, Any] = {}
        required: set[str] = set()
        for base in bases:
            merged |= vars(base)["__annotations__"]
            required |= vars(base)["__required_keys__"]
        for key, text in own.items():
            is_required = total or (isinstance(text, str) and text.startswith("_Required["))
            (required.add if is_required else required.discard)(key)
        merged |= own
        namespace["__annotations__"] = merged
        namespace["__required_keys__"] = frozenset(required)
        namespace["__optional_keys__"] = frozenset(merged.keys() - required)
        namespace["__readonly_keys__"] = namespace["__mutable_keys__"] = frozenset()
        namespace["__total__"] = total
        namespace["__orig_bases__"] = (_Real,)
        return type.__new__(cls, name, (dict,), namespace)

    def __call__(cls, /, *arguments: Any, **values: Any) -> Any:
        return dict(*arguments, **values)

    def __instancecheck__(cls, other: object) -> bool:
        raise TypeError("TypedDict does not support instance and class checks")


class _Base:
    """`class X(TypedDict)` and `X = TypedDict("X", {…}, total=False)`."""

    def __call__(self, name: str, items: dict[str, Any], *, total: bool = True) -> Any:
        module = sys._getframe(1).f_globals["__name__"]
        namespace = {"__annotations__": items, "__module__": module}
        return _LazyMeta(name, (), namespace, total=total)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (_EMPTY,)


_EMPTY: Any = type.__new__(
    _LazyMeta, "TypedDict", (dict,), {"__annotations__": {}, "__required_keys__": frozenset()}
)
TypedDict: Any = _Base()
