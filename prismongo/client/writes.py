"""The actions that write records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, cast

from prisma.errors import RecordNotFoundError, UnsupportedDatabaseError

from prismongo.client.asking import COUNT, Asking
from prismongo.client.types import (
    CreateManyT,
    CreateT,
    IncludeT,
    ModelT,
    OmitT,
    SelectT,
    UniqueT,
    UpdateManyT,
    UpdateT,
    UpsertT,
    WhereT,
)


class Writes(
    Asking[ModelT],
    Generic[
        ModelT,
        CreateT,
        CreateManyT,
        UpdateT,
        UpdateManyT,
        UpsertT,
        WhereT,
        UniqueT,
        IncludeT,
        SelectT,
        OmitT,
    ],
):
    """Creates, changes and deletes records of one model."""

    __slots__ = ()

    async def create(
        self,
        data: CreateT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
    ) -> ModelT:
        """Create a record, with the writes of related records that stand in it.

            post = await db.post.create({"title": "Engines", "author": {"connect": {"id": ada.id}}})

        Args:
            data: its values.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.

        Returns:
            The record as it is stored.

        Raises:
            prisma.errors.UniqueViolationError: another record has the same unique value.
            prisma.errors.MissingRequiredValueError: a value is missing.
            prisma.errors.RecordNotFoundError: a record to connect is not there.
        """
        arguments = {"data": data, "include": include, "select": select, "omit": omit}
        return cast("ModelT", await self._ask("create", arguments))

    async def create_many(
        self, data: Sequence[CreateManyT], *, skip_duplicates: bool | None = None
    ) -> int:
        """Create many records.

            await db.tag.create_many([{"name": "engines"}, {"name": "looms"}])

        Args:
            data: their values, without relations.
            skip_duplicates: MongoDB cannot.

        Returns:
            How many were created.

        Raises:
            prisma.errors.UniqueViolationError: a unique value is there already.
            prisma.errors.UnsupportedDatabaseError: `skip_duplicates`.
        """
        return await self._number("create_many", created_many(data, skip_duplicates))

    async def update(
        self,
        data: UpdateT,
        where: UniqueT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
    ) -> ModelT | None:
        """Change one record, and the related records that `data` names.

            user = await db.user.update(where={"id": user_id}, data={"bio": "Engines"})

        Args:
            data: the changes.
            where: a unique value; further conditions may stand beside it.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.

        Returns:
            The record as it is then; None where there is none.

        Raises:
            prisma.errors.UniqueViolationError: another record has the same unique value.
            prisma.errors.RecordNotFoundError: a related record that `data` names is not there.
        """
        arguments = {
            "data": data,
            "where": where,
            "include": include,
            "select": select,
            "omit": omit,
        }
        return await self._ask_or_none("update", arguments)

    async def upsert(
        self,
        where: UniqueT,
        data: UpsertT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
    ) -> ModelT:
        """Change one record, or create it where there is none.

            user = await db.user.upsert(
                where={"username": "ada"},
                data={"create": {"username": "ada"}, "update": {"bio": "Engines"}},
            )

        Args:
            where: a unique value; further conditions may stand beside it.
            data: `create` for a new record, `update` for the one that is there.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.

        Returns:
            The record as it is then.

        Raises:
            prisma.errors.UniqueViolationError: another record has the same unique value.
        """
        arguments = {
            "where": where,
            "include": include,
            "select": select,
            "omit": omit,
            **both(data),
        }
        return cast("ModelT", await self._ask("upsert", arguments))

    async def delete(
        self,
        where: UniqueT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
    ) -> ModelT | None:
        """Delete one record.

            gone = await db.user.delete(where={"id": user_id})

        Args:
            where: a unique value; further conditions may stand beside it.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.

        Returns:
            The record as it was; None where there was none.

        Raises:
            prisma.errors.DataError: P2014, a record that needs it stands against it.
        """
        arguments = {"where": where, "include": include, "select": select, "omit": omit}
        return await self._ask_or_none("delete", arguments)

    async def update_many(self, data: UpdateManyT, where: WhereT) -> int:
        """Change all records that match.

            await db.user.update_many(where={"role": "GUEST"}, data={"role": "MEMBER"})

        Args:
            data: the changes, without relations.
            where: which records; `{}` is all of them.

        Returns:
            How many records matched.
        """
        return await self._number("update_many", {"data": data, "where": where})

    async def delete_many(self, where: WhereT | None = None) -> int:
        """Delete all records that match.

            await db.user.delete_many(where={"role": "GUEST"})

        Args:
            where: which records; all of them where it is left out.

        Returns:
            How many were deleted.
        """
        return await self._number("delete_many", {"where": where})

    async def _number(self, method: str, arguments: dict[str, Any]) -> int:
        answer = await self._ask(method, arguments, COUNT)
        return int(answer["count"])

    async def _ask_or_none(self, method: str, arguments: dict[str, Any]) -> ModelT | None:
        try:
            return cast("ModelT", await self._ask(method, arguments))
        except RecordNotFoundError as error:
            if _is_nested(error):
                raise
            return None


def _is_nested(error: RecordNotFoundError) -> bool:
    """Whether a related record is missing, and not the one that was to be changed."""
    meta = error.meta or {}
    return "cause" in meta and "modelName" not in meta


def created_many(data: Sequence[object], skip_duplicates: bool | None) -> dict[str, Any]:
    """The arguments of `create_many`.

    Raises:
        prisma.errors.UnsupportedDatabaseError: duplicates are to be skipped.
    """
    if skip_duplicates:
        raise UnsupportedDatabaseError("mongodb", "create_many_skip_duplicates")
    return {"data": data}


def both(data: Any) -> dict[str, Any]:
    """The two halves of an upsert, which are arguments of their own."""
    return {"create": data.get("create"), "update": data.get("update")}
