"""The testing kit: a database without a server, for tests. Beside the service.

Everything down to the plan is the service's own code; below it the steps are evaluated in memory.
`database.pytest_plugin` has the fixtures, `docs/testing.md` the recipes.
"""

from database.testing.fake import FakeDatabase, Snapshot
from database.testing.script import Call

__all__ = ["Call", "FakeDatabase", "Snapshot"]
