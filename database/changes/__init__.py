"""Typed change streams: `async with database.watch(Message) as changes`.

Beside the service. The way of a change: the store's cursor (`stores/changes.py`) → decode → one
shared stream for all who want the same (`shared.py`) → a bounded buffer each → `Changes`.
"""

from database.changes.buffer import Policy
from database.changes.change import Change
from database.changes.checkpoint import Checkpoint, KeepsToken
from database.changes.stream import Changes
from database.query.watching import Operation

__all__ = ["Change", "Changes", "Checkpoint", "KeepsToken", "Operation", "Policy"]
