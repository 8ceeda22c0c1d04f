"""The classes for `returning` of an application, compared with the schema.

    [tool.prismongo]
    selections = ["database.selections"]

names the modules; `@selects(User)` above a class says of which model it is. No server is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

from prismongo.client.returning import SELECTED, class_selection
from prismongo.errors import SelectionError
from prismongo.generator.settings import package
from prismongo.schema.datamodel import Datamodel


@dataclass(frozen=True, slots=True)
class SelectionFit:
    """How the classes of the modules fit.

    Attributes:
        checked: how many classes were compared with their model.
        errors: what does not fit, and which module cannot be imported.
        unknown: the classes that do not say of which model they are, by their full names.
        others: how many classes are of another client.
    """

    checked: int = 0
    errors: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    others: int = 0


def check_selections(
    modules: Iterable[str], datamodel: Datamodel, output: Path | None = None
) -> SelectionFit:
    """Compare the classes of the modules with the schema, but for those of another client.

    Args:
        modules: their full names.
        datamodel: the result of `parse`.
        output: the folder of the generated client; None: the package `prisma` of the environment.
    """
    checked, errors, unknown, others = 0, [], [], 0
    for name in modules:
        try:
            module = import_module(name)
        except Exception as error:  # noqa: BLE001 - whatever the module of an application raises
            errors.append(f"{name} cannot be imported: {type(error).__name__}: {error}")
            continue
        classes = list(_classes(module))
        every = [kind for kind in classes if SELECTED in vars(kind)]
        marked = [kind for kind in every if _is_of(kind, output or package())]
        checked += len(marked)
        others += len(every) - len(marked)
        inside = {base for kind in every for base in kind.__mro__}  # their bases have their fields
        if len(marked) < len(every):  # nor is known what stands inside of those
            inside.update(classes)
        for kind in marked:
            try:
                inside.update(*(each.__mro__ for each in _selected(kind, datamodel)))
            except SelectionError as error:
                errors.append(str(error))
        if not errors:  # what stands inside of a class that does not fit is not known
            unknown += [f"{name}.{kind.__name__}" for kind in classes if kind not in inside]
    return SelectionFit(checked, tuple(errors), tuple(unknown), others)


def _classes(module: ModuleType) -> Iterator[type[BaseModel]]:
    """The classes that the module defines."""
    for kind in vars(module).values():
        is_class = isinstance(kind, type) and issubclass(kind, BaseModel)
        if is_class and kind.__module__ == module.__name__:
            yield kind


def _is_of(kind: type[BaseModel], client: Path) -> bool:
    """Whether the model of a class is one of the client in this folder."""
    names = {base.__module__ for base in vars(kind)[SELECTED].__mro__}  # it may be a subclass
    files = [getattr(sys.modules.get(name), "__file__", None) for name in names]
    return any(file and Path(file).parent.resolve() == client.resolve() for file in files)


def _selected(kind: type[BaseModel], datamodel: Datamodel) -> Iterable[type[BaseModel]]:
    """The class and those inside it; an error if one does not fit."""
    name = vars(kind)[SELECTED].__prisma_model__
    model = datamodel.model.get(name)
    if model is None:
        raise SelectionError(kind, None, f"the schema has no model {name}")
    return class_selection(kind, model, datamodel).classes
