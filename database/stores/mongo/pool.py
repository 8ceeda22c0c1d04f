"""What the driver's connection pool reports, counted for the metrics."""

from __future__ import annotations

from pymongo import monitoring

from database.metrics import PoolCounts


class PoolListener(monitoring.ConnectionPoolListener):
    """Counts connections. The driver calls it from one event loop, so nothing is locked."""

    def __init__(self) -> None:
        self.counts = PoolCounts()

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        """A connection is being opened."""
        self.counts.opened += 1

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        """A connection was closed."""
        self.counts.closed += 1

    def connection_check_out_started(
        self, event: monitoring.ConnectionCheckOutStartedEvent
    ) -> None:
        """A command asks for a connection."""
        self.counts.waiting += 1

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        """A command got none."""
        self.counts.waiting -= 1
        self.counts.waits.add((event.duration or 0) * 1000)

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        """A command got a connection."""
        self.counts.waiting -= 1
        self.counts.busy += 1
        self.counts.waits.add((event.duration or 0) * 1000)

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:
        """A command gave its connection back."""
        self.counts.busy -= 1

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """A connection has been opened."""

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        """A server was found."""

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """A server can be used."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """A server cannot be used for now; its connections report themselves."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """A server is gone; its connections report themselves."""
