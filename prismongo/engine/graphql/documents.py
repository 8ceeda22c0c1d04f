"""The text door: GraphQL and batch payloads → Requests, and their answers in upstream's envelope.

Source of the payloads: prisma-client-py 0.15, `prisma/_builder.py` and `Batch` of
`prisma/client.py`; of the answers: prisma-engines 5.17, `query-engine/request-handlers`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from prisma.errors import DataError

from prismongo.engine.graphql.parse import parse_document
from prismongo.engine.graphql.roots import Root, request_of, root_names
from prismongo.errors import TransactionError, data_error
from prismongo.query.decode.forms import WIRE, Form
from prismongo.query.errors.input import no_isolation_levels
from prismongo.query.nodes.requests import Request
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.store import TransactionId

Roots = tuple[tuple[str, Request], ...]
"""What one document asks for: the key of each answer, and its request."""


class Execute(Protocol):
    """The structured door, which answers what the text door has read."""

    async def execute(
        self, request: Request, *, tx_id: TransactionId | None, form: Form = WIRE
    ) -> Any:
        """What one request answers."""

    async def execute_batch(
        self, requests: Sequence[tuple[Request, Form]], *, tx_id: TransactionId | None
    ) -> list[Any]:
        """What the requests answer, all or none."""


class Documents:
    """Reads payloads for one datamodel."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel

    @cached_property
    def _names(self) -> Mapping[str, Root]:
        return root_names(self._datamodel)

    async def answer(self, content: str, door: Execute, *, tx_id: TransactionId | None) -> Any:
        """What a payload answers: `{"data": {…}}`, or `{"batchResult": […]}` for a batch.

        Args:
            content: `{"query": "…", "variables": {}}`, or `{"batch": […], "transaction": true}`.
            door: executes what is asked for.
            tx_id: the open transaction to run in. A batch in it stops at its first error.

        Raises:
            prisma.errors.DataError: malformed (P2009), or whatever a request raises; in a batch
                that is not a transaction these errors are part of the answer instead.
        """
        payload = _payload(content)
        if "batch" not in payload:
            return {"data": await _answers(self._roots(payload), door, tx_id)}
        if payload.get("isolationLevel") is not None:
            raise no_isolation_levels()
        if payload.get("transaction") or tx_id is not None:
            return {"batchResult": await self._together(_items(payload), door, tx_id)}
        return {"batchResult": [await self._alone(item, door) for item in _items(payload)]}

    def _roots(self, payload: object) -> Roots:
        text = payload.get("query") if isinstance(payload, dict) else None
        if not isinstance(text, str):
            raise _not_a_payload("each query needs its text under `query`")
        fields = parse_document(text)
        if len({field.key for field in fields}) != len(fields):
            raise _not_a_payload("two fields at the top have one name; give them aliases")
        return tuple((field.key, request_of(field, self._names)) for field in fields)

    async def _together(
        self, items: list[Any], door: Execute, tx_id: TransactionId | None
    ) -> list[dict[str, Any]]:
        documents = [self._roots(item) for item in items]
        requests = [(request, WIRE) for roots in documents for _, request in roots]
        answers = iter(await door.execute_batch(requests, tx_id=tx_id))
        return [{"data": {key: next(answers) for key, _ in roots}} for roots in documents]

    async def _alone(self, item: object, door: Execute) -> dict[str, Any]:
        try:
            return {"data": await _answers(self._roots(item), door, None)}
        except (DataError, TransactionError) as error:
            return {"errors": [_error(error)]}


async def _answers(roots: Roots, door: Execute, tx_id: TransactionId | None) -> dict[str, Any]:
    return {key: await door.execute(request, tx_id=tx_id) for key, request in roots}


def _payload(content: str) -> dict[str, Any]:
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        raise _not_a_payload("it is not JSON") from None
    if not isinstance(payload, dict):
        raise _not_a_payload("a JSON object is needed")
    return payload


def _items(payload: Mapping[str, Any]) -> list[Any]:
    items = payload["batch"]
    if not isinstance(items, list):
        raise _not_a_payload("`batch` must be a list")
    return items


def _not_a_payload(reason: str) -> DataError:
    return data_error("P2009", f"Failed to parse the payload: {reason}.", {"kind": "QueryParsing"})


def _error(error: DataError | TransactionError) -> dict[str, Any]:
    """The error as the engine reports it inside an answer."""
    facing = {
        "is_panic": False,
        "message": str(error),
        "meta": error.meta,
        "error_code": error.code,
    }
    return {"error": str(error), "user_facing_error": facing}
