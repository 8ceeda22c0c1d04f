"""What all actions stand on: a client, the class of the answers, and the way to the engine."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Final, Generic

from pydantic import BaseModel

from prismongo.client.types import ModelT
from prismongo.query.decode.shapes import Shape
from prismongo.query.nodes.requests import Selection

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient

COUNT: Final = (Selection("count"),)
"""What the `_many` writes answer."""


class Asking(Generic[ModelT]):
    """The actions of one model.

    Args:
        client: whom to ask.
        model: the class of the answers: a generated one, or one derived from its base; or what
            `returning` selects.
    """

    __slots__ = ("_client", "_model")

    def __init__(self, client: BaseClient, model: type[BaseModel] | Shape) -> None:
        self._client = client
        self._model = model

    def _ask(
        self,
        method: str,
        arguments: dict[str, Any],
        selections: tuple[Selection, ...] | None = None,
    ) -> Awaitable[Any]:
        """What the engine answers: records of the class, or what `selections` names."""
        return self._client._execute(
            method=method, arguments=arguments, model=self._model, selections=selections
        )
