"""The engine of a fake: the usual engine, which first applies injected faults and stubs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from prisma.errors import PrismaError

from prismongo.engine.engine import MakeStore, MongoEngine
from prismongo.engine.sessions import Sessions, TransactionId
from prismongo.query.decode.forms import WIRE, Form
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.options import Options
from prismongo.query.nodes.requests import Request
from prismongo.query.plan.page import Position
from prismongo.schema.datamodel import Datamodel
from prismongo.settings import CONFLICT_TIMEOUT
from prismongo.stores.memory.memory import MemoryTransaction
from prismongo.stores.store import OnLost
from prismongo.testing.faults import BEGIN, COMMIT, Call, Faults, StubbedAnswer, call_of


class FakeEngine(MongoEngine):
    """Returns stubbed answers, raises injected errors; else executes on the store in memory."""

    def __init__(
        self,
        datamodel: Datamodel,
        make_store: MakeStore,
        faults: Faults,
        *,
        conflict_timeout: timedelta = CONFLICT_TIMEOUT,
    ) -> None:
        super().__init__(datamodel, make_store, conflict_timeout=conflict_timeout)
        self._faults = faults

    def open(self) -> None:
        """Connect without awaiting anything."""
        self._store = self._make_store(self.datamodel, None)
        self._sessions = Sessions(self._store)

    async def execute(
        self,
        request: Request,
        *,
        tx_id: TransactionId | None,
        form: Form = WIRE,
        options: Options | None = None,
    ) -> Any:
        """The stubbed answer, or the answer of the request."""
        answer = await self._apply(request, tx_id)
        if answer is not None:
            return answer.value
        return await super().execute(request, tx_id=tx_id, form=form, options=options)

    async def batch(
        self,
        request: Request,
        operation: FindPage,
        position: Position | None,
        tx_id: TransactionId | None,
        form: Form,
        options: Options | None,
    ) -> tuple[list[Any], Position | None]:
        """The same for a batch of a stream; a stubbed answer is the last one."""
        answer = await self._apply(request, tx_id)
        if answer is not None:
            return answer.value, None
        return await super().batch(request, operation, position, tx_id, form, options)

    async def execute_batch(
        self,
        requests: Sequence[tuple[Request, Form]],
        *,
        tx_id: TransactionId | None,
        options: Options | None = None,
    ) -> list[Any]:
        """The same for several requests in one transaction."""
        answers = [await self._apply(request, tx_id) for request, _ in requests]
        asked = [each for each, answer in zip(requests, answers, strict=True) if answer is None]
        found = iter(await super().execute_batch(asked, tx_id=tx_id, options=options))
        return [next(found) if answer is None else answer.value for answer in answers]

    async def begin(
        self,
        *,
        max_wait: timedelta,
        timeout: timedelta,
        options: Options | None = None,
        on_lost: OnLost | None = None,
    ) -> TransactionId:
        """Begin; an injected error is raised instead."""
        await self._faults.apply(Call("", BEGIN))
        return await super().begin(
            max_wait=max_wait, timeout=timeout, options=options, on_lost=on_lost
        )

    async def commit_transaction(self, tx_id: TransactionId) -> None:
        """Commit; after an injected error nothing is stored."""
        try:
            await self._faults.apply(Call("", COMMIT))
        except BaseException:
            await self.rollback_transaction(tx_id)
            raise
        await super().commit_transaction(tx_id)

    async def _apply(self, request: Request, tx_id: TransactionId | None) -> StubbedAnswer | None:
        self._check(tx_id)
        try:
            return await self._faults.apply(call_of(request))
        except PrismaError as error:
            self._end(tx_id, error)
            raise

    def _check(self, tx_id: TransactionId | None) -> None:
        """Raise an error if it is not connected, or the transaction is not open."""
        _ = self.store
        if tx_id is not None:
            self._all().find(tx_id)

    def _end(self, tx_id: TransactionId | None, error: PrismaError) -> None:
        """An error of the database ends a transaction, also an injected one."""
        if tx_id is None:
            return
        with contextlib.suppress(PrismaError):
            transaction = self._all().find(tx_id)
            if isinstance(transaction, MemoryTransaction):
                transaction.fail(error)
