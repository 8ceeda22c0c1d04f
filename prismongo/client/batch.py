"""Batches: writes that are collected, and kept together or not at all."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient
    from prismongo.query.nodes.requests import Selection


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
            actions = self._client._generated("actions", f"_Batch_{model}")(self, kind)
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
        from prismongo.engine.structured import copied

        request = self._client._structured(method, copied(arguments), model, selections)
        self._asked.append(request)
