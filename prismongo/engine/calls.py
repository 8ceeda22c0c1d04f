"""Reads whose form was seen before: only their values are validated and bound anew.

A form (`query/validate/forms.py`) is what calls have in common that differ in the values of their
filters alone. When a form is seen again, its call is validated and planned with marks in place of
the values (`query/validate/marks.py`). Where each mark is found in the planned filter, exactly
once, later values are put. They pass the encoder of their field, as all do. What it refuses, and
any call of which something is not found again, goes the careful way, which says what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from prisma.errors import PrismaError

from prismongo.engine.conflicts import Conflicts
from prismongo.engine.drive import Work, run, run_step
from prismongo.query.errors.input import ArgumentPath
from prismongo.query.nodes.filters import fillable
from prismongo.query.nodes.operations import FindPage, FindUnique, Operation
from prismongo.query.nodes.requests import Request, Words
from prismongo.query.nodes.steps import FindTemplate, KnownFind
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.forms import Form, FormlessError, form_of, open_values
from prismongo.query.validate.marks import Marked, MarkingValues
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import Datamodel

FORMS: Final = 1_000
"""How many forms are kept. They come from code, which has fewer."""

Kept = TypeVar("Kept", set[int], dict[Form, "KnownCall"])

_Value = tuple[ArgumentPath, Callable[[Any], object], type]
"""Where a value stands in the filter, its encoder, and the type of what is stored."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownCall:
    """What was made of a call, for all of its form.

    Attributes:
        operation: with marks in place of the values.
        is_one_step: whether its step answers it.
    """

    operation: FindUnique | FindPage
    template: FindTemplate
    values: tuple[_Value, ...]
    is_one_step: bool

    def bound(self, arguments: Mapping[str, Any]) -> KnownFind | None:
        """The step with the values of a call; None if one of them is refused."""
        where, bound = arguments.get("where"), []
        try:
            for path, encode, kind in self.values:
                value: Any = where
                for part in path:
                    value = value[part]
                stored = encode(value)
                if type(stored) is not kind:
                    return None
                bound.append(stored)
        except (ValueError, TypeError):
            return None
        return KnownFind(self.template, tuple(bound))


class Calls:
    """The calls of one engine, and those of which the form is known.

    Args:
        datamodel: the schema.
        validators: validate what is not known.
        planner: plans all.
        conflicts: the turns of what loses.
    """

    def __init__(
        self,
        datamodel: Datamodel,
        validators: Mapping[Words, Validator],
        planner: Planner,
        conflicts: Conflicts,
    ) -> None:
        self._validators = validators
        self._planner = planner
        self._conflicts = conflicts
        self._values = MarkingValues(datamodel)
        self._validator = Validator(datamodel, "python", self._values)
        self._known: dict[Form, KnownCall] = {}
        # Of these forms the hashes alone are kept: they may hold anything.
        self._seen: set[int] = set()
        self._careful: set[int] = set()

    def prepared(self, request: Request, *, is_enclosed: bool) -> tuple[Operation, Work]:
        """The operation of a request, and what is to be done for it.

        Raises:
            prisma.errors.DataError: the request is refused.
        """
        found = self.find(request)
        if found is not None:
            known, step = found
            if known.is_one_step and not is_enclosed:
                return known.operation, partial(run_step, step)
            plan = partial(self._planner.plan_known, known.operation, step)
            return known.operation, partial(run, plan, self._conflicts)
        operation = self._validators[request.words].validate(request)
        if (only := self._planner.only_step(operation)) is not None:
            return operation, partial(run_step, only)
        plan = partial(self._planner.plan, operation, is_enclosed=is_enclosed)
        return operation, partial(run, plan, self._conflicts)

    def find(self, request: Request) -> tuple[KnownCall, KnownFind] | None:
        """What is known of the form of a request, and its step; None: it goes the careful way."""
        form = form_of(request)
        if form is None:
            return None
        known = self._known.get(form)
        if known is None:
            self._note(form, request)
            return None
        step = known.bound(request.arguments)
        return None if step is None else (known, step)

    def _note(self, form: Form, request: Request) -> None:
        """A form is learnt when it is seen for the second time."""
        number = hash(form)
        if number in self._careful:
            return
        if number not in self._seen:
            _emptied(self._seen).add(number)
            return
        self._seen.discard(number)
        try:
            known = self._learnt(request)
        except FormlessError:
            known = None
        except PrismaError:
            return  # of a value, perhaps: the careful way says it
        if known is None:
            _emptied(self._careful).add(number)
        else:
            _emptied(self._known)[form] = known

    def _learnt(self, request: Request) -> KnownCall | None:
        marked: list[Marked] = []
        self._values.marked = marked
        operation = self._validator.validate(request)
        if not isinstance(operation, FindUnique | FindPage):
            return None
        find = self._planner.known(operation)
        if find is None or not _are_all(marked, request.arguments):
            return None
        found = Counter(map(id, fillable(find.where)))
        if any(found[id(item.mark)] != 1 for item in marked):
            return None
        return KnownCall(
            operation,
            FindTemplate(find, tuple([item.mark for item in marked])),
            tuple([(item.path[1:], item.encode, type(item.mark)) for item in marked]),
            is_one_step=not operation.selected.relations and not operation.must_exist,
        )


def _emptied(kept: Kept) -> Kept:
    """The collection, without what is in it if it is full."""
    if len(kept) >= FORMS:
        kept.clear()
    return kept


def _are_all(marked: list[Marked], arguments: Mapping[str, Any]) -> bool:
    """Whether the marks are for all values that the form leaves open, each at its path."""
    values = dict(open_values(arguments.get("where"), ("where",)))
    return len(marked) == len(values) and all(
        item.path in values and values[item.path] is item.given for item in marked
    )
