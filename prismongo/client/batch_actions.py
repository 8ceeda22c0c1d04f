"""The writes of a model that a batch collects; the generated classes say only of which types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic

from prismongo.client.asking import COUNT
from prismongo.client.batch import BaseBatch
from prismongo.client.many import created_many
from prismongo.client.types import (
    CreateManyT,
    CreateT,
    IncludeT,
    UniqueT,
    UpdateManyT,
    UpdateT,
    UpsertT,
    WhereT,
)
from prismongo.client.writes import both


class BatchActions(
    Generic[WhereT, UniqueT, CreateT, CreateManyT, UpdateT, UpdateManyT, UpsertT, IncludeT]
):
    """The writes of one model, as a batch collects them; their arguments are those of the actions.

    Args:
        batch: what collects them.
        model: the class of the answers.
    """

    __slots__ = ("_batch", "_model")

    def __init__(self, batch: BaseBatch, model: type[Any]) -> None:
        self._batch = batch
        self._model = model

    def create(self, data: CreateT, include: IncludeT | None = None) -> None:
        """Create a record."""
        self._batch._add("create", {"data": data, "include": include}, self._model)

    def create_many(
        self, data: Sequence[CreateManyT], *, skip_duplicates: bool | None = None
    ) -> None:
        """Create many records."""
        arguments = created_many(data, skip_duplicates)
        self._batch._add("create_many", arguments, self._model, COUNT)

    def create_many_and_return(
        self, data: Sequence[CreateManyT], include: IncludeT | None = None
    ) -> None:
        """Create many records; the result is their list."""
        arguments = {"data": data, "include": include}
        self._batch._add("create_many_and_return", arguments, self._model)

    def update(self, data: UpdateT, where: UniqueT, include: IncludeT | None = None) -> None:
        """Change one record."""
        arguments = {"data": data, "where": where, "include": include}
        self._batch._add("update", arguments, self._model)

    def upsert(self, where: UniqueT, data: UpsertT, include: IncludeT | None = None) -> None:
        """Change one record, or create it where there is none."""
        arguments = {"where": where, "include": include, **both(data)}
        self._batch._add("upsert", arguments, self._model)

    def delete(self, where: UniqueT, include: IncludeT | None = None) -> None:
        """Delete one record."""
        self._batch._add("delete", {"where": where, "include": include}, self._model)

    def update_many(self, data: UpdateManyT, where: WhereT, *, limit: int | None = None) -> None:
        """Change the records that match, at most `limit` of them."""
        arguments = {"data": data, "where": where, "limit": limit}
        self._batch._add("update_many", arguments, self._model, COUNT)

    def update_many_and_return(
        self,
        data: UpdateManyT,
        where: WhereT,
        include: IncludeT | None = None,
        *,
        limit: int | None = None,
    ) -> None:
        """Change the records that match, at most `limit` of them; the result is their list."""
        arguments = {"data": data, "where": where, "include": include, "limit": limit}
        self._batch._add("update_many_and_return", arguments, self._model)

    def delete_many(self, where: WhereT | None = None, *, limit: int | None = None) -> None:
        """Delete the records that match, at most `limit` of them."""
        arguments = {"where": where, "limit": limit}
        self._batch._add("delete_many", arguments, self._model, COUNT)
