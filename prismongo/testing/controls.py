"""Controls: what only a fake can do, as its attribute `fake`. Below the fake.

Injected faults, the record of calls, and the stored documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from prismongo.client.schema import ClientSchema
from prismongo.query.nodes.rows import Row
from prismongo.stores.memory import Memory
from prismongo.stores.memory.select import projected
from prismongo.stores.memory.tables import Tables
from prismongo.testing.failures import Failure
from prismongo.testing.faults import Call, Faults


@dataclass(frozen=True)
class Snapshot:
    """Everything that a fake stored at one moment."""

    tables: Tables


class Controls:
    """The controls of one fake.

    Args:
        schema: the schema of the fake's client; it is read at the first use.
    """

    def __init__(self, schema: ClientSchema) -> None:
        self._schema = schema
        self._memory = Memory()
        self._faults = Faults(lambda: schema.datamodel)

    # --- what is stored ---

    def snapshot(self) -> Snapshot:
        """What is stored now, for `restore`. It takes the same short time for any size."""
        return Snapshot(self._filled().snapshot())

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything that is stored by the snapshot; open transactions are aborted."""
        self._memory.restore(snapshot.tables)

    def documents(self, model: str) -> list[Row]:
        """The stored documents of a model, as MongoDB would store them; dates are in UTC.

        Args:
            model: its name in the schema: `User`.

        Raises:
            KeyError: there is no such model.
        """
        collection = self._schema.datamodel.model[model].db_name
        return [projected(row, None) for row in self._filled().tables[collection]]

    # --- calls and injected faults ---

    @property
    def calls(self) -> list[Call]:
        """The actions that were called, in order, also those in batches and transactions."""
        return self._faults.calls

    def fail(self, name: str, error: Failure, *, times: int | None = 1) -> None:
        """Make an action fail: `fake.fail("message.create", UniqueViolationError)`.

        In a transaction an error of the database ends the transaction, as on a server.

        Args:
            name: `model.action`, where `*` means any; or `begin` or `commit` for transactions.
            error: an exception, its class, or a code of Prisma: `"P2034"`.
            times: how often; None for always.

        Raises:
            ConfigurationError: there is no such action, or no such code.
        """
        self._faults.fail(name, error, times)

    def delay(self, name: str, duration: timedelta | float, *, times: int | None = None) -> None:
        """Delay an action; `name` and `times` as for `fail`.

        Args:
            name: which action.
            duration: how long; a number is seconds.
            times: how often; None for always.
        """
        self._faults.delay(name, duration, times)

    def stub(self, name: str, answer: Any, *, times: int | None = None) -> None:
        """Set the answer of an action: `fake.stub("user.count", 7)`; `name`, `times` as for `fail`.

        Args:
            name: which action.
            answer: the answer, a record as a model or a dict; or a function of the `Call`.
            times: how often; None for always.
        """
        self._faults.stub(name, answer, times)

    def forget(self) -> None:
        """Delete the recorded calls, faults, delays and stubs; keep the documents."""
        self._faults.clear()

    def _filled(self) -> Memory:
        """The memory; adds the schema's collections at the first use."""
        if not self._memory.tables:
            self._memory.add(self._schema.datamodel)
        return self._memory
