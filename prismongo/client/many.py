"""The actions that write many records at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, cast

from prisma.errors import UnsupportedDatabaseError

from prismongo.client.asking import COUNT, Asking
from prismongo.client.types import (
    CreateManyT,
    IncludeT,
    ModelT,
    OmitT,
    SelectT,
    UpdateManyT,
    WhereT,
)


class ManyWrites(
    Asking[ModelT],
    Generic[ModelT, CreateManyT, UpdateManyT, WhereT, IncludeT, SelectT, OmitT],
):
    """Creates, changes and deletes many records of one model."""

    __slots__ = ()

    async def create_many(
        self,
        data: Sequence[CreateManyT],
        *,
        skip_duplicates: bool | None = None,
        atomic: bool = False,
    ) -> int:
        """Create many records.

            await db.tag.create_many([{"name": "engines"}, {"name": "looms"}])

        Up to 5,000 records and 8 MB are created together or not at all. More are created in
        portions of this size, in the order of `data`.

        Args:
            data: their values, without relations.
            skip_duplicates: MongoDB cannot.
            atomic: create all or none; more than one portion is refused.

        Returns:
            How many were created.

        Raises:
            prisma.errors.UniqueViolationError: a unique value is there already.
            prisma.errors.UnsupportedDatabaseError: `skip_duplicates`.
            prismongo.errors.TransactionError: P2028, too many for `atomic` or for the transaction
                around it.
            prisma.errors.PrismaError: of a portion; `meta["kept"]` says how many records the
                portions before it have created.
        """
        arguments = created_many(data, skip_duplicates) | {"atomic": atomic or None}
        return await self._number("create_many", arguments)

    async def create_many_and_return(
        self,
        data: Sequence[CreateManyT],
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        atomic: bool = False,
    ) -> list[ModelT]:
        """Create many records, and answer them.

            tags = await db.tag.create_many_and_return([{"name": "engines"}, {"name": "looms"}])

        Args:
            data: their values, without relations.
            include: the relations that the answers hold.
            select: the only fields that the answers hold.
            omit: the fields that the answers do not hold.
            atomic: as for `create_many`.

        Returns:
            The records as they are stored, in the order of `data`.

        Raises:
            prisma.errors.UniqueViolationError: a unique value is there already; then none of the
                portion is created.
            prisma.errors.MissingRequiredValueError: a value is missing.
        """
        arguments = {
            "data": data,
            "include": include,
            "select": select,
            "omit": omit,
            "atomic": atomic or None,
        }
        return cast("list[ModelT]", await self._ask("create_many_and_return", arguments))

    async def update_many(
        self,
        data: UpdateManyT,
        where: WhereT,
        *,
        limit: int | None = None,
        atomic: bool = False,
    ) -> int:
        """Change the records that match.

            await db.user.update_many(where={"role": "GUEST"}, data={"role": "MEMBER"})

        Args:
            data: the changes, without relations.
            where: which records; `{}` is all of them.
            limit: how many at most; the server chooses which.
            atomic: change all or none; more than 5,000 are refused. Without it one command of
                MongoDB changes one record after another.

        Returns:
            How many records matched.

        Raises:
            prisma.errors.DataError: P2009, the limit is negative.
        """
        arguments = {"data": data, "where": where, "limit": limit, "atomic": atomic or None}
        return await self._number("update_many", arguments)

    async def update_many_and_return(
        self,
        data: UpdateManyT,
        where: WhereT,
        include: IncludeT | None = None,
        *,
        limit: int | None = None,
        select: SelectT | None = None,
        omit: OmitT | None = None,
        atomic: bool = False,
    ) -> list[ModelT]:
        """Change the records that match, and answer them.

            members = await db.user.update_many_and_return(
                where={"role": "GUEST"}, data={"role": "MEMBER"}, limit=100
            )

        Args:
            data: the changes, without relations.
            where: which records; `{}` is all of them.
            include: the relations that the answers hold.
            limit: how many at most; the server chooses which.
            select: the only fields that the answers hold.
            omit: the fields that the answers do not hold.
            atomic: change all or none; more than 5,000 are refused. Without it portions of 5,000
                are changed together.

        Returns:
            The changed records as they are then, in no particular order.

        Raises:
            prisma.errors.DataError: P2009, the limit is negative.
            prisma.errors.UniqueViolationError: another record has the same unique value.
        """
        arguments = {
            "data": data,
            "where": where,
            "include": include,
            "limit": limit,
            "select": select,
            "omit": omit,
            "atomic": atomic or None,
        }
        return cast("list[ModelT]", await self._ask("update_many_and_return", arguments))

    async def delete_many(
        self, where: WhereT | None = None, *, limit: int | None = None, atomic: bool = False
    ) -> int:
        """Delete the records that match.

            await db.user.delete_many(where={"role": "GUEST"})

        Args:
            where: which records; all of them where it is left out.
            limit: how many at most; the server chooses which.
            atomic: delete all or none, with what refers to them; more than 5,000 are refused.
                Without it more than 5,000 are deleted in portions, what refers to them first.

        Returns:
            How many were deleted.

        Raises:
            prisma.errors.DataError: P2009, the limit is negative; P2014, a record that needs one
                of them stands against it.
        """
        arguments = {"where": where, "limit": limit, "atomic": atomic or None}
        return await self._number("delete_many", arguments)

    async def _number(self, method: str, arguments: dict[str, Any]) -> int:
        answer = await self._ask(method, arguments, COUNT)
        return int(answer["count"])


def created_many(data: Sequence[object], skip_duplicates: bool | None) -> dict[str, Any]:
    """The arguments of `create_many`.

    Raises:
        prisma.errors.UnsupportedDatabaseError: duplicates are to be skipped.
    """
    if skip_duplicates:
        raise UnsupportedDatabaseError("mongodb", "create_many_skip_duplicates")
    return {"data": data}
