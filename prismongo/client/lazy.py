"""What generated modules make when it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from types import GenericAlias
from typing import Any


def names_of(module: str, source: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module that has the names of another one.

    Args:
        module: the module's full name.
        source: the other's name, relative to the package.
    """
    package = module.rpartition(".")[0]

    def get(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        try:
            found = getattr(import_module(source, package), name)
        except AttributeError:
            raise AttributeError(f"module {module!r} has no attribute {name!r}") from None
        setattr(sys.modules[module], name, found)
        return found

    def names() -> list[str]:
        return [name for name in vars(import_module(source, package)) if not name.startswith("_")]

    return get, names


def action_classes(module: str, models: Iterable[str]) -> dict[str, type[Any]]:
    """A class of actions for each model: a name of its own, for what it does is the same."""
    from prismongo.client.actions import Actions
    from prismongo.client.batch_actions import BatchActions

    kinds: tuple[tuple[type[Any], str], ...] = (
        (Actions, "{}Actions"),
        (BatchActions, "_Batch_{}"),
    )
    return {
        pattern.format(name): type(
            pattern.format(name),
            (base,),
            {
                "__module__": module,
                "__slots__": (),
                "__class_getitem__": classmethod(GenericAlias),
            },
        )
        for name in models
        for base, pattern in kinds
    }
