"""The proof proves something: what must never be sent is seen, and what is fine is not."""

from __future__ import annotations

from typing import Any

import pytest
from bson import Code, Regex

from tests.reliability.evidence import Evidence
from tests.reliability.hostile import PATH, PATTERN, SMUGGLED

FIND: dict[str, Any] = {"find": "users"}
FINE: dict[str, dict[str, Any]] = {
    "a value": {**FIND, "filter": {"name": PATH}},
    "a comparison": {**FIND, "filter": {"name": {"$gt": PATH, "$exists": True}}},
    "a document behind $eq": {**FIND, "filter": {"home": {"$eq": {"$gt": SMUGGLED}}}},
    "a literal": {**FIND, "filter": {"$expr": {"$eq": ["$data", {"$literal": {"$gt": SMUGGLED}}]}}},
    "an escaped pattern": {**FIND, "filter": {"name": {"$regex": Regex(r"\(canary\|\.\*\)")}}},
    "stored data": {"insert": "users", "documents": [{"data": {"$gt": SMUGGLED}}]},
    "a change": {"update": "users", "updates": [{"q": {}, "u": {"$set": {"name": PATH}}}]},
}
SMUGGLING: dict[str, dict[str, Any]] = {
    "an operator": {**FIND, "filter": {"name": {"$where": SMUGGLED}}},
    "a known operator": {**FIND, "filter": {"name": {"$gt": SMUGGLED}}},
    "an operator at the top": {**FIND, "filter": {"$where": "1"}},
    "an operator under AND": {**FIND, "filter": {"$and": [{"$nor": [{"$where": "1"}]}]}},
    "an operator in elements": {**FIND, "filter": {"a": {"$elemMatch": {"b": {"$bad": 1}}}}},
    "a document as it is": {**FIND, "filter": {"data": {"a": 1}}},
    "a pattern": {**FIND, "filter": {"name": {"$regex": Regex(PATTERN)}}},
    "a pattern as a value": {**FIND, "filter": {"name": Regex("a")}},
    "code": {**FIND, "filter": {"name": Code("1")}},
    "a path": {**FIND, "filter": {"$expr": {"$eq": ["$name", PATH]}}},
    "an expression": {**FIND, "filter": {"$expr": {"$function": {}}}},
    "a name to sort by": {**FIND, "sort": {"$canary": 1}},
    "a path in a pipeline": {"aggregate": "a", "pipeline": [{"$set": {"a": PATH}}]},
    "a stage": {"aggregate": "a", "pipeline": [{"$out": "b"}]},
    "a stage in a join": {
        "aggregate": "a",
        "pipeline": [{"$lookup": {"pipeline": [{"$out": "b"}]}}],
    },
    "a stored name": {"insert": "a", "documents": [{"$canary": 1}]},
    "an update operator": {"update": "a", "updates": [{"q": {}, "u": {"$rename": {"a": "b"}}}]},
    "an update of an operator": {"update": "a", "updates": [{"q": {}, "u": {"$set": {"$a": 1}}}]},
    "a path in an update": {"findAndModify": "a", "query": {}, "update": [{"$set": {"a": PATH}}]},
    "a delete": {"delete": "a", "deletes": [{"q": {"name": {"$ne": SMUGGLED}}}]},
    "a command": {"mapReduce": "a"},
}


def against(command: dict[str, Any]) -> list[str]:
    evidence = Evidence()
    evidence.commands.append(command)
    return evidence.against()


@pytest.mark.parametrize("command", FINE.values(), ids=FINE)
def test_what_is_fine(command: dict[str, Any]) -> None:
    assert against(command) == []


@pytest.mark.parametrize("command", SMUGGLING.values(), ids=SMUGGLING)
def test_what_must_never_be(command: dict[str, Any]) -> None:
    assert against(command) != []
