"""Kraken's application: the root container, the database, and one folder per feature."""

from prismongo.client.missing import explained
from prismongo.containers import running, start, stop, validate

with explained():  # says what to run where no client is generated yet
    from containers.application import ApplicationContainer
    from containers.database import DatabaseContainer

__all__ = ["ApplicationContainer", "DatabaseContainer", "running", "start", "stop", "validate"]
