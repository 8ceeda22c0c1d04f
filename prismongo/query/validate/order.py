"""Validation of orders: `order` → the keys to sort by.

Source: Prisma Client reference, "orderBy".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismongo.query.errors.input import ArgumentPath, invalid, too_many, unknown
from prismongo.query.nodes.filters import Filter, Path
from prismongo.query.nodes.steps import OrderKey
from prismongo.query.validate.search import RELEVANCE, SearchValidator
from prismongo.query.validate.values import as_object, as_objects, single_key
from prismongo.query.values.scalar_type import kind_of
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Link, Model


class OrderValidator:
    """Validates orders against one datamodel."""

    def __init__(self, datamodel: Datamodel, searches: SearchValidator) -> None:
        self._datamodel = datamodel
        self._searches = searches

    def order(
        self, model: Model, value: object, where: Filter, path: ArgumentPath
    ) -> tuple[OrderKey, ...]:
        """The keys of an order: of one object, or of each in a list, in the order of the names.

        A key that was given before decides nothing, and is left out.

        Args:
            model: whose records are ordered.
            value: the order as it was given.
            where: the filter of the records, for `_relevance`.
            path: the place of the order.
        """
        keys: dict[object, OrderKey] = {}
        for item_path, item in as_objects(value, path):
            for key in (
                self._keys(model, item, where, item_path)
                if RELEVANCE in item
                else self._order_keys(model, item, item_path, (), ())
            ):
                keys.setdefault((key.path, key.links, key.count, key.relevance), key)
        return tuple(keys.values())

    def _keys(
        self, model: Model, given: Mapping[str, Any], where: Filter, path: ArgumentPath
    ) -> Iterator[OrderKey]:
        for name, value in given.items():
            if name == RELEVANCE and value is not None:
                here = (*path, name)
                direction = self._searches.relevance(model, value, where, here)
                yield OrderKey((), descending(direction, here), relevance=True)
            elif name != RELEVANCE:
                yield from self._order_keys(model, {name: value}, path, (), ())

    def _order_keys(
        self,
        owner: Model | CompositeType,
        given: Mapping[str, Any],
        path: ArgumentPath,
        links: tuple[Link, ...],
        prefix: Path,
    ) -> Iterator[OrderKey]:
        for name, direction in given.items():
            field = owner.by_name.get(name)
            if field is None or field.ignored:
                raise unknown((*path, name), owner.by_name, owner.name)
            if direction is not None:
                yield from self._of_field(owner, field, direction, (*path, name), links, prefix)

    def _of_field(
        self,
        owner: Model | CompositeType,
        field: Field,
        value: object,
        path: ArgumentPath,
        links: tuple[Link, ...],
        prefix: Path,
    ) -> Iterator[OrderKey]:
        here = (*prefix, field.db_name)
        if field.kind == "relation" and isinstance(owner, Model):
            yield from self._related_order(
                self._datamodel.link(owner, field.name), value, path, links
            )
        elif field.kind != "composite":
            yield OrderKey(here, descending(value, path), links)
        elif field.is_list:
            key = single_key(as_object(value, path), path, ("_count",))
            yield OrderKey(here, descending(_first(value), (*path, key)), links, count=True)
        else:
            kind = self._datamodel.type[field.type]
            yield from self._order_keys(kind, _not_empty(value, path), path, links, here)

    def _related_order(
        self, link: Link, value: object, path: ArgumentPath, links: tuple[Link, ...]
    ) -> Iterator[OrderKey]:
        given = _not_empty(value, path)
        if not link.field.is_list:
            yield from self._order_keys(link.target, given, path, (*links, link), ())
            return
        for name, direction in given.items():
            if name != "_count":
                raise unknown((*path, name), ("_count",), f"an order by {link.field.type}[]")
            yield OrderKey((), descending(direction, (*path, name)), (*links, link), True)


def descending(value: object, path: ArgumentPath) -> bool:
    """Whether a sort order (`asc`, `desc`, `{sort: …}`) is descending."""
    if isinstance(value, Mapping):
        single_key(value, path, ("sort",))
        value = _first(value)
    if value not in ("asc", "desc"):
        raise invalid(path, f"expected asc or desc, got {kind_of(value)}")
    return value == "desc"


def _first(value: object) -> object:
    return next(iter(value.values())) if isinstance(value, Mapping) else value


def _not_empty(value: object, path: ArgumentPath) -> Mapping[str, Any]:
    given = as_object(value, path)
    if not given:
        raise too_many(path, "a minimum of 1 field", 0)
    return given
