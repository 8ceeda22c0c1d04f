"""Typed change streams: `async with database.watch(Message) as changes`.

Beside the service. A change passes the store's cursor (`stores/changes.py`), `decode`, a stream
that consumers with the same query share (`shared`), one buffer per consumer, and `Changes`.
Public: the names in `__all__`.
"""

from prismongo.changes.buffer import OnOversized, Policy
from prismongo.changes.change import Change
from prismongo.changes.checkpoint import Checkpoint, TokenStore
from prismongo.changes.stream import Changes
from prismongo.query.nodes.changes import ChangeType

__all__ = ["Change", "ChangeType", "Changes", "Checkpoint", "OnOversized", "Policy", "TokenStore"]
