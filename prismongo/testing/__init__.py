"""The testing kit: a database without a server, for tests. Beside the service.

Everything down to the plan is the service's own code; below it the steps are evaluated in memory.
`prismongo.testing.plugin` has the fixtures, `docs/testing.md` the recipes.
"""

from prismongo.testing.controls import Controls, Snapshot
from prismongo.testing.fake import fake
from prismongo.testing.script import Call

__all__ = ["Call", "Controls", "Snapshot", "fake"]
