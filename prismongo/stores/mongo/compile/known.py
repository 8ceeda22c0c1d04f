"""compile, reads of a known form: compiled once, later the values are put into the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prismongo.query.nodes.steps import FindTemplate, KnownFind
from prismongo.stores.mongo.compile.commands import AggregateCommand, Document, FindCommand
from prismongo.stores.mongo.compile.find import compile_find

Fill = Callable[[tuple[object, ...]], Document]
"""Values → the filter with them."""


def compile_known(step: KnownFind) -> FindCommand | AggregateCommand:
    """The command of a read of a known form."""
    prepared = step.template.prepared
    if prepared is None:
        prepared = step.template.prepared = _prepared(step.template)
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


def _prepared(template: FindTemplate) -> tuple[FindCommand | AggregateCommand, Fill | None]:
    """The command with the marks, and what fills its filter; None: it has not every mark once."""
    command = compile_find(template.find)
    if not isinstance(command, FindCommand):
        return command, None
    places = {id(mark): number for number, mark in enumerate(template.marks)}
    known: dict[str, Any] = {}
    found: list[int] = []
    source = _source(command.filter, places, known, found)
    if sorted(found) != sorted(places.values()):
        return command, None
    exec(f"def fill(v):\n    return {source}", known)  # noqa: S102 - made of names of the schema
    return command, known["fill"]


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
