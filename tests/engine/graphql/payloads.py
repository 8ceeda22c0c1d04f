"""What clients send to the text door: one document, or a batch of them."""

from __future__ import annotations

import json
from typing import Any

from prismongo.engine import MongoEngine


def single(query: str, **more: Any) -> str:
    return json.dumps({"variables": {}, "operation_name": "query", "query": query, **more})


def batch(*queries: str, transaction: bool) -> str:
    items = [{"query": query, "variables": {}} for query in queries]
    return json.dumps({"batch": items, "transaction": transaction})


async def ask(engine: MongoEngine, query: str) -> Any:
    """What one document answers, without its envelope."""
    answer = await engine.query(single(query), tx_id=None)
    assert list(answer) == ["data"]
    return answer["data"]


def crate(number: int, label: str) -> str:
    return f'mutation {{ createOneCrate(data: {{ id: {number}, label: "{label}" }}) {{ id }} }}'
