"""The actions that write one record, and the related records that stand in its data."""

from __future__ import annotations

from typing import Any, Generic

from prisma.errors import RecordNotFoundError

from prismongo.client.asking import Asking
from prismongo.client.types import (
    CreateT,
    IncludeT,
    ModelT,
    OmitT,
    SelectT,
    UniqueT,
    UpdateT,
    UpsertT,
)
from prismongo.query.errors.related import is_related


class Writes(
    Asking[ModelT],
    Generic[
        ModelT,
        CreateT,
        UpdateT,
        UpsertT,
        UniqueT,
        IncludeT,
        SelectT,
        OmitT,
    ],
):
    """Creates, changes and deletes single records of one model."""

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
        made: ModelT = await self._ask("create", arguments)
        return made

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
        arguments = _changed(data, where, include, select, omit)
        try:
            found: ModelT = await self._ask("update", arguments)
        except RecordNotFoundError as error:
            if is_related(error):
                raise
            return None
        return found

    async def update_or_raise(
        self,
        data: UpdateT,
        where: UniqueT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
    ) -> ModelT:
        """Change one record that must exist; all else as for `update`.

            user = await db.user.update_or_raise(where={"id": user_id}, data={"bio": "Engines"})

        Args:
            data: the changes.
            where: a unique value; further conditions may stand beside it.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.

        Returns:
            The record as it is then.

        Raises:
            prisma.errors.RecordNotFoundError: P2025, there is none.
        """
        arguments = _changed(data, where, include, select, omit)
        made: ModelT = await self._ask("update_or_raise", arguments)
        return made

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
        made: ModelT = await self._ask("upsert", arguments)
        return made

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
        try:
            found: ModelT = await self._ask("delete", arguments)
        except RecordNotFoundError as error:
            if is_related(error):
                raise
            return None
        return found

    async def delete_or_raise(
        self,
        where: UniqueT,
        include: IncludeT | None = None,
        *,
        select: SelectT | None = None,
        omit: OmitT | None = None,
    ) -> ModelT:
        """Delete one record that must exist; all else as for `delete`.

            gone = await db.user.delete_or_raise(where={"id": user_id})

        Args:
            where: a unique value; further conditions may stand beside it.
            include: the relations that the answer holds.
            select: the only fields that the answer holds.
            omit: the fields that the answer does not hold.

        Returns:
            The record as it was.

        Raises:
            prisma.errors.RecordNotFoundError: P2025, there is none.
        """
        arguments = {"where": where, "include": include, "select": select, "omit": omit}
        made: ModelT = await self._ask("delete_or_raise", arguments)
        return made


def _changed(
    data: object, where: object, include: object, select: object, omit: object
) -> dict[str, Any]:
    return {"data": data, "where": where, "include": include, "select": select, "omit": omit}


def both(data: Any) -> dict[str, Any]:
    """The two halves of an upsert, which are arguments of their own."""
    return {"create": data.get("create"), "update": data.get("update")}
