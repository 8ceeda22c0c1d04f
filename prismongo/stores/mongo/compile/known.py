"""compile, reads of a known shape: compiled once, later the values are put into the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prismongo.query.nodes.steps import FindTemplate, KnownFind
from prismongo.stores.mongo.compile.commands import AggregateCommand, Document, FindCommand
from prismongo.stores.mongo.compile.find import compile_find

Fill = Callable[[tuple[object, ...]], Document]
"""Values → the filter with them."""


def compile_known(step: KnownFind) -> FindCommand | AggregateCommand:
    """The command of a read of a known shape."""
    prepared = step.template.prepared
    if prepared is None:
        prepared = step.template.prepared = _prepared(step)
    command, fill = prepared
    if fill is None:
        return compile_find(step.find)
    return FindCommand(
        command.collection,
        fill(step.values),
        command.projection,
        command.sort,
        command.skip,
        command.limit,
    )


def _prepared(step: KnownFind) -> tuple[FindCommand | AggregateCommand, Fill | None]:
    """The command with the marks, and what fills its filter; None: that does not give the command.

    A mark may be missing in it, or something may be made of it: the end of a range of texts. This
    is seen by the values of one call, so `compile_find` must not look at a value, but for its type,
    and keep it as it is.
    """
    command, fill = compile_find(step.template.find), None
    if isinstance(command, FindCommand):
        fill = _filling(command.filter, step.template)
        wanted = compile_find(step.find)
        if not isinstance(wanted, FindCommand) or (fill and fill(step.values) != wanted.filter):
            fill = None
    return command, fill


def _filling(where: Document, template: FindTemplate) -> Fill | None:
    """What puts values in place of the marks; None if it has not every mark once."""
    places = {id(mark): number for number, mark in enumerate(template.marks)}
    known: dict[str, Any] = {}
    found: list[int] = []
    source = _source(where, places, known, found)
    if sorted(found) != sorted(places.values()):
        return None
    exec(f"def fill(v):\n    return {source}", known)  # noqa: S102 - made of names of the schema
    made: Fill = known["fill"]
    return made


def _source(item: Any, places: dict[int, int], known: dict[str, Any], found: list[int]) -> str:
    """An expression for a part of a command; `v` are the values, `known` are the constants."""
    if id(item) in places:
        found.append(places[id(item)])
        return f"v[{found[-1]}]"
    if type(item) is dict:
        parts = [f"{k!r}: {_source(each, places, known, found)}" for k, each in item.items()]
        return "{" + ", ".join(parts) + "}"
    if type(item) is list:
        return "[" + ", ".join([_source(each, places, known, found) for each in item]) + "]"
    name = f"c{len(known)}"
    known[name] = item
    return name
