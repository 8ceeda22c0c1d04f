"""Typed change streams: `async with database.watch(Message) as changes`.

Beside the service. The way of a change: the store's cursor (`stores/changes.py`) → decode → one
shared stream for all who want the same (`shared.py`) → a bounded buffer each → `Changes`.
"""

from prismongo.changes.buffer import Policy
from prismongo.changes.change import Change
from prismongo.changes.checkpoint import Checkpoint, KeepsToken
from prismongo.changes.stream import Changes
from prismongo.query.nodes.changes import ChangeType

__all__ = ["Change", "ChangeType", "Changes", "Checkpoint", "KeepsToken", "Policy"]
