"""The names of the fields that are set: one set for all records of a selection.

pydantic keeps a set of names on each instance; of 20 names it takes 1,240 bytes, half of a record.
The records of a selection have the same names, so they share one set. An instance gets a set of its
own before its names change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import BaseModel


class SharedNames(set[str]):
    """The names of many instances; copies of it are plain sets, also those that are pickled."""

    def __copy__(self) -> set[str]:
        return set(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return set, (tuple(self),)

    if not TYPE_CHECKING:

        def _refuse(self, *_: object) -> NoReturn:
            raise TypeError(
                "These names belong to many records: change those of `model_fields_set`."
            )

        def add(self, name: str) -> None:
            """Nothing for a name that is there: pydantic adds that of every field it sets."""
            if name not in self:
                self._refuse()

        discard = remove = pop = clear = update = _refuse
        difference_update = intersection_update = symmetric_difference_update = _refuse
        __ior__ = __iand__ = __isub__ = __ixor__ = _refuse


class SharingNames(BaseModel):
    """The base of classes whose instances may share their names."""

    if not TYPE_CHECKING:

        @property
        def model_fields_set(self) -> set[str]:
            """The names of the fields that are set; a set that belongs to this instance alone."""
            return _own_names(self)

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self.__pydantic_fields_set__:
                _own_names(self)
            super().__setattr__(name, value)


def _own_names(instance: BaseModel) -> set[str]:
    names = instance.__pydantic_fields_set__
    if type(names) is SharedNames:
        names = set(names)
        object.__setattr__(instance, "__pydantic_fields_set__", names)
    return names
