"""A hash of what a client is made of (`fingerprint`), which comments and layout do not change."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any, Final

from prismongo.schema.comments import is_omitted
from prismongo.schema.datamodel import Datamodel, Field, Model

_PROSE: Final = frozenset({"documentation", "notes", "position", "shard_key"})
_SETTINGS: Final = re.compile(r"@Python\([^)]*\)")


def fingerprint(datamodel: Datamodel) -> str:
    """The hash of models, composite types and enums, without what the schema ignores.

    Of comments it has what the client is made of: `@Python(…)`, which names its attributes,
    `@omit`, which says what its answers hold, and `@shardKey`, by which its writes find a record.
    """
    content = [_facts(item) for item in (datamodel.models, datamodel.types, datamodel.enums)]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _facts(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_facts(item) for item in value if not getattr(item, "ignored", False)]
    if not is_dataclass(value):
        return value
    facts = {
        item.name: _facts(getattr(value, item.name))
        for item in fields(value)
        if item.name not in _PROSE
    }
    settings = _SETTINGS.findall(getattr(value, "documentation", None) or "")
    is_left_out = isinstance(value, Field) and is_omitted(value)
    if isinstance(value, Model) and value.shard_key:
        facts["shard_key"] = _facts(value.shard_key)
    return {**facts, "settings": settings, "omit": is_left_out, "kind": type(value).__name__}
