"""DatabaseService: Kraken's database, the generated client with what `prismongo.Service` adds.

    await database.user.find_many(where={"instanceId": "some-id"}, include={"communities": True})

`containers/database.py` connects it at start and disconnects it at shutdown. Every feature receives
it. `prismongo.Service` adds transactions, raw commands, change streams and health.
"""

from __future__ import annotations

from prisma import Prisma

from prismongo import Service


class DatabaseService(Service, Prisma):
    """The database of Kraken."""
