"""A local mongod for tests and first steps, which ends with the process that started it.

async with Mongod() as server:
    server.url("name")
"""

from prismongo.embedded.mongod import Mongod

__all__ = ["Mongod"]
