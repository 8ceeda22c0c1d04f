"""The actions that calculate: counts, aggregates, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, cast, overload

from prismongo.client.asking import Asking
from prismongo.client.types import (
    AggregateT,
    CountInT,
    CountOutT,
    GroupOrderT,
    GroupT,
    HavingT,
    KeysT,
    ModelT,
    NumbersT,
    OrderedT,
    OrderT,
    UniqueT,
    WhereT,
)
from prismongo.query.errors.input import invalid
from prismongo.query.nodes.requests import Selection


class Calculations(
    Asking[ModelT],
    Generic[
        ModelT,
        WhereT,
        UniqueT,
        OrderT,
        KeysT,
        CountInT,
        CountOutT,
        NumbersT,
        OrderedT,
        HavingT,
        GroupOrderT,
        GroupT,
        AggregateT,
    ],
):
    """Calculates with the records of one model."""

    __slots__ = ()

    @overload
    async def count(
        self,
        select: None = None,
        take: int | None = None,
        skip: int | None = None,
        where: WhereT | None = None,
        cursor: UniqueT | None = None,
    ) -> int: ...

    @overload
    async def count(
        self,
        select: CountInT,
        take: int | None = None,
        skip: int | None = None,
        where: WhereT | None = None,
        cursor: UniqueT | None = None,
    ) -> CountOutT: ...

    async def count(
        self,
        select: CountInT | None = None,
        take: int | None = None,
        skip: int | None = None,
        where: WhereT | None = None,
        cursor: UniqueT | None = None,
    ) -> int | CountOutT:
        """Count the records that match.

            admins = await db.user.count(where={"role": "ADMIN"})

        Args:
            select: the fields whose values are counted, and `_all` for the records.
            take: how many records at most.
            skip: how many records to leave out first.
            where: which records.
            cursor: a unique of the record to begin with.

        Returns:
            The number; with `select` a number for each name that it has.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused.
        """
        arguments = {"take": take, "skip": skip, "where": where, "cursor": cursor}
        answer = await self._ask("count", arguments, _selections({"_count": select or True}))
        if select is None:
            return cast(int, answer["_count"]["_all"])
        return cast("CountOutT", answer["_count"])

    async def aggregate(
        self,
        *,
        where: WhereT | None = None,
        order: OrderT | list[OrderT] | None = None,
        take: int | None = None,
        skip: int | None = None,
        cursor: UniqueT | None = None,
        count: bool | CountInT | None = None,
        avg: NumbersT | None = None,
        sum: NumbersT | None = None,
        min: OrderedT | None = None,
        max: OrderedT | None = None,
    ) -> AggregateT:
        """Calculate something of all records that match.

            stored = await db.file.aggregate(sum={"size": True})
            stored["_sum"]["size"]

        Args:
            where: which records.
            order: their order, which `take`, `skip` and `cursor` refer to.
            take: how many records at most.
            skip: how many records to leave out first.
            cursor: a unique of the record to begin with.
            count: True, or the fields whose values are counted.
            avg: the fields to average.
            sum: the fields to add up.
            min: the fields whose smallest value is asked for.
            max: the fields whose largest value is asked for.

        Returns:
            What was asked for, under `_count`, `_avg`, `_sum`, `_min` and `_max`.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused.
        """
        arguments = {
            "where": where,
            "order": order,
            "take": take,
            "skip": skip,
            "cursor": cursor,
        }
        chosen = {"_count": count, "_avg": avg, "_sum": sum, "_min": min, "_max": max}
        return cast("AggregateT", await self._ask("aggregate", arguments, _selections(chosen)))

    async def group_by(
        self,
        by: Sequence[KeysT],
        *,
        where: WhereT | None = None,
        take: int | None = None,
        skip: int | None = None,
        avg: NumbersT | None = None,
        sum: NumbersT | None = None,
        min: OrderedT | None = None,
        max: OrderedT | None = None,
        having: HavingT | None = None,
        count: bool | CountInT | None = None,
        order: GroupOrderT | list[GroupOrderT] | None = None,
    ) -> list[GroupT]:
        """Group the records by the values of fields, and calculate something of each group.

            roles = await db.user.group_by(["role"], count=True)
            [(each["role"], each["_count"]["_all"]) for each in roles]

        Args:
            by: the fields to group by.
            where: which records.
            take: how many groups at most; needs `order`.
            skip: how many groups to leave out first; needs `order`.
            avg: the fields to average.
            sum: the fields to add up.
            min: the fields whose smallest value is asked for.
            max: the fields whose largest value is asked for.
            having: which groups.
            count: True, or the fields whose values are counted.
            order: by a field of `by`, or by what is calculated.

        Returns:
            A mapping for each group: the fields of `by`, and what was asked for.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused.
            TypeError: `take` or `skip` without `order`.
        """
        if isinstance(by, str):
            raise invalid(("by",), "expected a list of fields, got str")
        if order is None and (take is not None or skip is not None):
            name = "skip" if take is None else "take"
            raise TypeError(f"Missing argument: 'order' which is required when '{name}' is present")
        arguments = {
            "by": by,
            "take": take,
            "skip": skip,
            "where": where,
            "having": having,
            "order": order,
        }
        chosen = {"_avg": avg, "_min": min, "_sum": sum, "_max": max, "_count": count}
        return cast("list[GroupT]", await self._ask("group_by", arguments, _selections(chosen, by)))


def _selections(chosen: Mapping[str, object], names: Iterable[Any] = ()) -> tuple[Selection, ...]:
    """What is selected of an aggregate: plain names, then what is calculated, if anything is."""
    found = [Selection(name) for name in names]
    for name, members in chosen.items():
        if members is True:
            found.append(Selection(name, selections=(Selection("_all"),)))
        elif isinstance(members, Mapping):
            inner = [Selection(key) for key, wanted in members.items() if wanted is True]
            found.append(Selection(name, selections=tuple(inner)))
    return tuple(found)
