"""Kraken's database module: `DatabaseService`, the client that is generated from schema.prisma.

selections.py   what the features answer with
seed.py         fills a database for `prismongo seed`, with the rows that sample/ makes
"""

from prismongo import DatabaseSettings
from prismongo.client.missing import explained

with explained():  # says what to run where no client is generated yet
    from database.service import DatabaseService

__all__ = ["DatabaseService", "DatabaseSettings"]
