"""The actions that read records."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Generic, cast

from prismongo.client.asking import Asking
from prismongo.client.types import (
    IncludeT,
    KeysT,
    ModelT,
    OmitT,
    OrderT,
    SelectT,
    UniqueT,
    WhereT,
)
from prismongo.query.nodes.requests import OnInvalid


class Reads(
    Asking[ModelT], Generic[ModelT, WhereT, UniqueT, IncludeT, SelectT, OmitT, OrderT, KeysT]
):
    """Finds records of one model."""

    __slots__ = ()

    async def find_unique(
        self,
        where: UniqueT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        on_invalid: OnInvalid = "raise",
    ) -> ModelT | None:
        """Find one record by a unique.

            user = await db.user.find_unique({"id": user_id})

        Args:
            where: a unique value; further conditions may stand beside it.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.
            on_invalid: "skip" leaves records that cannot be read out of the included lists.

        Returns:
            The record; None where there is none.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused; P2023 or P2032, a
                stored record cannot be read.
        """
        arguments = _unique(where, include, select, omit, on_invalid)
        found: ModelT | None = await self._ask("find_unique", arguments)
        return found

    async def find_unique_or_raise(
        self,
        where: UniqueT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        on_invalid: OnInvalid = "raise",
    ) -> ModelT:
        """Find one record by a unique, which must exist.

            user = await db.user.find_unique_or_raise({"id": user_id})

        Args:
            where: a unique value; further conditions may stand beside it.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.
            on_invalid: "skip" leaves records that cannot be read out of the included lists.

        Returns:
            The record.

        Raises:
            prisma.errors.RecordNotFoundError: P2025, there is none.
            prisma.errors.DataError: P2009 and others, an argument is refused; P2023 or P2032, a
                stored record cannot be read.
        """
        arguments = _unique(where, include, select, omit, on_invalid)
        found: ModelT = await self._ask("find_unique_or_raise", arguments)
        return found

    async def find_first(
        self,
        skip: int | None = None,
        where: WhereT | None = None,
        cursor: UniqueT | None = None,
        include: IncludeT | None = None,
        order: OrderT | list[OrderT] | None = None,
        distinct: Sequence[KeysT] | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        on_invalid: OnInvalid = "raise",
    ) -> ModelT | None:
        """Find the first record that matches.

            newest = await db.user.find_first(order={"createdAt": "desc"})

        Args:
            skip: how many records to leave out first.
            where: which records; all of them where it is left out.
            cursor: a unique of the record to begin with.
            include: the relations that the answer holds.
            order: by one field or several, the first one first; in one mapping or in a list.
            distinct: the fields of which each combination of values is answered once.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.
            on_invalid: "skip" leaves records that cannot be read out of the included lists.

        Returns:
            The record; None where there is none.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused; P2023 or P2032, a
                stored record cannot be read.
        """
        arguments = _page(
            None, skip, where, cursor, include, order, distinct, select, omit, on_invalid
        )
        found: ModelT | None = await self._ask("find_first", arguments)
        return found

    async def find_first_or_raise(
        self,
        skip: int | None = None,
        where: WhereT | None = None,
        cursor: UniqueT | None = None,
        include: IncludeT | None = None,
        order: OrderT | list[OrderT] | None = None,
        distinct: Sequence[KeysT] | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        on_invalid: OnInvalid = "raise",
    ) -> ModelT:
        """Find the first record that matches; one must exist.

            ada = await db.user.find_first_or_raise(where={"username": "ada"})

        Args:
            skip: how many records to leave out first.
            where: which records; all of them where it is left out.
            cursor: a unique of the record to begin with.
            include: the relations that the answer holds.
            order: by one field or several, the first one first; in one mapping or in a list.
            distinct: the fields of which each combination of values is answered once.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.
            on_invalid: "skip" leaves records that cannot be read out of the included lists.

        Returns:
            The record.

        Raises:
            prisma.errors.RecordNotFoundError: P2025, there is none.
            prisma.errors.DataError: P2009 and others, an argument is refused; P2023 or P2032, a
                stored record cannot be read.
        """
        arguments = _page(
            None, skip, where, cursor, include, order, distinct, select, omit, on_invalid
        )
        found: ModelT = await self._ask("find_first_or_raise", arguments)
        return found

    async def find_many(
        self,
        take: int | None = None,
        skip: int | None = None,
        where: WhereT | None = None,
        cursor: UniqueT | None = None,
        include: IncludeT | None = None,
        order: OrderT | list[OrderT] | None = None,
        distinct: Sequence[KeysT] | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        on_invalid: OnInvalid = "raise",
    ) -> list[ModelT]:
        """Find the records that match.

            users = await db.user.find_many(where={"role": "ADMIN"}, order={"username": "asc"})

        Args:
            take: how many at most; a negative number counts from the end.
            skip: how many to leave out first.
            where: which records; all of them where it is left out.
            cursor: a unique of the record to begin with.
            include: the relations that the answers hold.
            order: by one field or several, the first one first; in one mapping or in a list.
            distinct: the fields of which each combination of values is answered once.
            select: the only fields that the answers hold.
            omit: the fields that the answers do not hold.
            on_invalid: "skip" leaves records that cannot be read out of the answer and of the
                included lists. They are logged and counted in the metrics.

        Returns:
            The records, in order; an empty list where there are none.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused; P2023 or P2032, a
                stored record cannot be read.
        """
        arguments = _page(
            take, skip, where, cursor, include, order, distinct, select, omit, on_invalid
        )
        found: list[ModelT] = await self._ask("find_many", arguments)
        return found

    def stream(
        self,
        where: WhereT | None = None,
        order: OrderT | list[OrderT] | None = None,
        *,
        batch: int = 1_000,
        include: IncludeT | None = None,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        on_invalid: OnInvalid = "raise",
    ) -> AsyncGenerator[ModelT, None]:
        """Read any number of records, of which no more than a batch is in memory.

            async for user in db.user.stream(where={"role": "ADMIN"}, batch=500):
                ...

        A batch begins behind the last record of the one before, so that records which are created
        or changed meanwhile may be in it. Nothing stays open on the server between two batches:
        the loop may take as long as it will, and may end anywhere.

        Args:
            where: which records; all of them where it is left out.
            order: by one field or several; by id where it is left out. Each batch is a query of
                its own, so an index should have this order.
            batch: how many records are read at once, with their relations.
            include: the relations that the answers hold.
            select: the only fields that the answers hold.
            omit: the fields that the answers do not hold.
            on_invalid: "skip" leaves out records that cannot be read, as in `find_many`.

        Returns:
            The records, one after another.

        Raises:
            prisma.errors.DataError: P2009 and others, an argument is refused; P2023 or P2032, a
                stored record cannot be read.
        """
        arguments = _page(batch, None, where, None, include, order, None, select, omit, on_invalid)
        found = self._client._stream(arguments=arguments, model=self._model)
        return cast("AsyncGenerator[ModelT, None]", found)


def _unique(
    where: object, include: object, select: object, omit: object, on_invalid: OnInvalid
) -> dict[str, Any]:
    return {
        "where": where,
        "include": include,
        "select": select,
        "omit": omit,
        "on_invalid": None if on_invalid == "raise" else on_invalid,
    }


def _page(
    take: object,
    skip: object,
    where: object,
    cursor: object,
    include: object,
    order: object,
    distinct: object,
    select: object,
    omit: object,
    on_invalid: OnInvalid,
) -> dict[str, Any]:
    return {
        "take": take,
        "skip": skip,
        "where": where,
        "order": order,
        "cursor": cursor,
        "distinct": distinct,
        "include": include,
        "select": select,
        "omit": omit,
        "on_invalid": None if on_invalid == "raise" else on_invalid,
    }
