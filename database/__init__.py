"""Kraken's database module: the generated client of schema.prisma, made to be injected."""

from prismongo import DatabaseSettings
from prismongo.client.missing import explained

with explained():
    from database.service import DatabaseService

__all__ = ["DatabaseService", "DatabaseSettings"]
