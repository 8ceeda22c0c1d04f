"""A local mongod for tests and first steps: started, guarded by a watchdog, ended with the process.

async with Mongod() as server:
    server.url("name")
"""

from prismongo.embedded.mongod import Mongod

__all__ = ["Mongod"]
