"""For tests: a database without a server. Above the service.

From the action to the plan a fake runs the code of the service; only the steps of the plan are
evaluated in memory. `prismongo.testing.plugin` has pytest fixtures, `docs/testing.md` examples.
Public: the names in `__all__`.
"""

from prismongo.testing.controls import Controls, Snapshot
from prismongo.testing.factories import Factory, factory
from prismongo.testing.fake import fake
from prismongo.testing.faults import Call

__all__ = ["Call", "Controls", "Factory", "Snapshot", "factory", "fake"]
