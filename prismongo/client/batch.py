"""Batches: writes that are collected, and kept together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self

from prismongo.client.asking import COUNT
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
from prismongo.engine.structured import copied
from prismongo.query.nodes.requests import Selection

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient


class BaseBatch:
    """What a generated `Batch` derives from.

    Args:
        client: whose batch it is.

    Attributes:
        results: what each write answers, in order: a record, a number for the `_many` actions, a
            list of records for those that return them. Set by `commit`, and so at the end of
            `async with`.
    """

    results: list[Any]

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self._asked: list[Any] = []
        self.results = []

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            model = self._client._accessors.get(name)
            if model is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            kind = self._client._generated("models", model)
            actions = self._client._generated("actions", f"{model}BatchActions")(self, kind)
            setattr(self, name, actions)
            return actions

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self.commit()

    async def commit(self) -> list[Any]:
        """Execute the writes in one transaction.

        Returns:
            What each write answers, in order.
        """
        asked, self._asked = self._asked, []
        self.results = await self._client._execute_batch(asked)
        return self.results

    def _add(
        self,
        method: str,
        arguments: dict[str, Any],
        model: type[Any],
        selections: tuple[Selection, ...] | None = None,
    ) -> None:
        """Collect a write, with the arguments as they are now."""
        request = self._client._structured(method, copied(arguments), model, selections)
        self._asked.append(request)


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
