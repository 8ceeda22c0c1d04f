"""Controls: what only a fake has, on its one attribute `fake`. Beneath the fake.

Faults on purpose, the record of calls, and what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from prismongo.client.schema import ClientSchema
from prismongo.query.nodes.steps import Row
from prismongo.stores.memory import Memory
from prismongo.stores.memory.select import projected
from prismongo.stores.memory.tables import Tables
from prismongo.testing.script import Call, Failure, Script


@dataclass(frozen=True)
class Snapshot:
    """Everything that a fake held at a time."""

    tables: Tables


class Controls:
    """The controls of one fake.

    Args:
        schema: that of the fake's client; read when something is first asked.
    """

    def __init__(self, schema: ClientSchema) -> None:
        self._schema = schema
        self._memory = Memory()
        self._script = Script(lambda: schema.datamodel)

    # --- what is stored ---

    def snapshot(self) -> Snapshot:
        """What is stored now, for `restore`; it takes no time, whatever the size."""
        return Snapshot(self._filled().snapshot())

    def restore(self, snapshot: Snapshot) -> None:
        """Store what was stored at the snapshot and nothing else; open transactions are aborted."""
        self._memory.restore(snapshot.tables)

    def documents(self, model: str) -> list[Row]:
        """The stored documents of a model, as MongoDB would hold them; dates are in UTC.

        Args:
            model: its name in the schema: `User`.

        Raises:
            KeyError: there is no such model.
        """
        collection = self._schema.datamodel.model[model].db_name
        return [projected(row, None) for row in self._filled().tables[collection]]

    # --- what was asked, and what shall happen ---

    @property
    def calls(self) -> list[Call]:
        """The actions that were asked for, in order, those of batches and transactions included."""
        return self._script.calls

    def fail(self, name: str, error: Failure, *, times: int | None = 1) -> None:
        """Let an action fail: `fake.fail("message.create", UniqueViolationError)`.

        In a transaction an error of the database ends it, as it would on a server.

        Args:
            name: `model.action`, either of them `*` for any; or `begin`, `commit` of a transaction.
            error: an exception, a class, or a code of Prisma's: `"P2034"`.
            times: how often; None for always.

        Raises:
            ConfigurationError: there is no such action.
        """
        self._script.fail(name, error, times)

    def delay(self, name: str, duration: timedelta | float, *, times: int | None = None) -> None:
        """Let an action take longer; `name` and `times` as for `fail`.

        Args:
            name: which action.
            duration: how much longer; a number is seconds.
            times: how often; None for always.
        """
        self._script.delay(name, duration, times)

    def stub(self, name: str, answer: Any, *, times: int | None = None) -> None:
        """Let an action answer this: `fake.stub("user.count", 7)`; `name`, `times` as for `fail`.

        Args:
            name: which action.
            answer: what it answers, a record as a model or a dict; or a function of the `Call`.
            times: how often; None for always.
        """
        self._script.stub(name, answer, times)

    def forget(self) -> None:
        """Forget the calls, and what was to fail, to wait or to be answered; documents stay."""
        self._script.clear()

    def _filled(self) -> Memory:
        """The memory, with the schema's collections, used before or not."""
        if not self._memory.tables:
            self._memory.add(self._schema.datamodel)
        return self._memory
