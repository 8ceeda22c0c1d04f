"""The command listener of the tests: what was sent to a server, and what came back."""

from __future__ import annotations

from typing import Any

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)


class Sent(CommandListener):
    """What was sent to the server since the last `clear`, but for the driver's own commands.

    Attributes:
        commands: the commands, in order.
        connections: those that they went over.
        at_once: how many of them were under way at a time, at most.
        returned: how many documents came back with them.
    """

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []
        self.connections: set[int | None] = set()
        self._under_way: set[int] = set()
        self.clear()

    @property
    def names(self) -> list[str]:
        """The names of the commands, in order."""
        return [next(iter(command)) for command in self.commands]

    def clear(self) -> None:
        """Forget what was sent."""
        self.commands.clear()
        self.connections.clear()
        self.at_once = self.returned = 0

    def started(self, event: CommandStartedEvent) -> None:
        """The driver sends a command."""
        if event.command_name not in ("hello", "endSessions"):
            self.commands.append(dict(event.command))
            self.connections.add(event.server_connection_id)
            self._under_way.add(event.request_id)
            self.at_once = max(self.at_once, len(self._under_way))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """The server has answered."""
        self._under_way.discard(event.request_id)
        cursor = event.reply.get("cursor", {})
        self.returned += len(cursor.get("firstBatch", ())) + len(cursor.get("nextBatch", ()))

    def failed(self, event: CommandFailedEvent) -> None:
        """The server has refused."""
        self._under_way.discard(event.request_id)
