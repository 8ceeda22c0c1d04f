"""DatabaseService: Kraken's database, the generated client with a life of its own.

    await database.user.find_many(where={"instanceId": "some-id"}, include={"communities": True})

Connected at start and disconnected at stop by `containers/database.py`; injected into every
feature. What it can do beside the client (transactions, raw commands, change streams, health) is
`prismongo.Service`.
"""

from __future__ import annotations

from prisma import Prisma

from prismongo import Service


class DatabaseService(Service, Prisma):  # type: ignore[misc]  # tx() gives a client of this class
    """The database of Kraken."""
