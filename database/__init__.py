"""Kraken's database module: `DatabaseService`, the client that is generated from schema.prisma."""

from prismongo import DatabaseSettings
from prismongo.client.missing import explained

with explained():
    from database.service import DatabaseService

__all__ = ["DatabaseService", "DatabaseSettings"]
