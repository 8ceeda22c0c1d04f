"""Driving a plan: steps go to the store, what it finds goes back, until the plan answers.

The plan decides (`BeginTransaction`) where its transaction begins; this is where it ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from prisma.errors import DataError, PrismaError

from prismongo.engine.conflicts import LONGEST_BACK_OFF, Attempts, Conflicts
from prismongo.query.errors.input import too_deep
from prismongo.query.nodes.rows import Rows
from prismongo.query.nodes.steps import (
    BeginTransaction,
    DeleteOne,
    InPortion,
    Insert,
    LostRaceError,
    Plan,
    Step,
    UpdateOne,
)
from prismongo.query.plan.write import rows_of
from prismongo.spans import context_of_rollback
from prismongo.stores.store import Store, Transaction
from prismongo.tasks import back_off, start_background

RACE_ATTEMPTS: Final = 3
"""How often an operation starts that lost a race for a unique: once it has lost, it finds what the
winner wrote. Who loses again and again does not race: the value is simply taken."""

StepObserver = Callable[[Step, float], None]
"""Called after every step, with the step and the `time.perf_counter` of its start."""

Work = Callable[[Store, Transaction | None, StepObserver], Awaitable[Any]]
"""Steps, to be driven on a store."""

_ABORTING: Final[set[asyncio.Task[None]]] = set()
"""Rollbacks under way."""


async def run(
    make_plan: Callable[[], Plan],
    conflicts: Conflicts,
    store: Store,
    transaction: Transaction | None,
    watch: StepObserver,
) -> Any:
    """What the plan answers.

    In a transaction of the caller's, a write conflict is the caller's; in the operation's own it
    is tried again until the time is up, since nobody has seen anything of it.
    """
    try:
        if transaction is not None:
            return await _Run(store, transaction, watch, conflicts).follow(make_plan())
        return await _repeat(make_plan, conflicts, store, watch)
    except LostRaceError as lost:
        raise lost.cause from lost.cause.__cause__  # the driver's error
    except RecursionError:  # of the plan itself
        raise too_deep() from None


async def _repeat(
    make_plan: Callable[[], Plan], conflicts: Conflicts, store: Store, watch: StepObserver
) -> Any:
    attempts = conflicts.attempts()
    races = 0
    try:
        while True:
            attempt = _Run(store, None, watch, conflicts, attempts)
            try:
                return await attempt.follow(make_plan())
            except LostRaceError:
                races += 1
                if races == RACE_ATTEMPTS:
                    raise
                conflict = None
            except DataError as error:
                if error.code != "P2034" or attempt.has_portions:
                    raise
                conflict = error
            if conflict is None:
                await back_off(races, LONGEST_BACK_OFF)
            else:
                await attempts.next(conflict)
    finally:
        attempts.release()


class _Run:
    """One attempt at a plan.

    Args:
        store: executes the steps.
        transaction: the caller's; None if there is none.
        watch: is told of every step.
        conflicts: the turns, for portions.
        attempts: where it is noted what is lost; None in a transaction of the caller's.

    Attributes:
        has_portions: whether portions were run, which may be kept: the plan cannot start again.
    """

    __slots__ = (
        "_attempts",
        "_conflicts",
        "_is_first",
        "_own",
        "_store",
        "_transaction",
        "_watch",
        "has_portions",
    )

    def __init__(
        self,
        store: Store,
        transaction: Transaction | None,
        watch: StepObserver,
        conflicts: Conflicts,
        attempts: Attempts | None = None,
    ) -> None:
        self._store = store
        self._transaction = transaction
        self._watch = watch
        self._conflicts = conflicts
        self._attempts = attempts
        self._own: Transaction | None = None
        self._is_first = False  # whether the next step is the first of the own transaction
        self.has_portions = False

    async def follow(self, plan: Plan) -> Any:
        """What the plan answers."""
        try:
            step = next(plan)
            while True:
                try:
                    result = await self._execute(step)
                except PrismaError as error:
                    self._note(error, step)
                    step = plan.throw(error)  # it may know what to do: an upsert that lost a race
                else:
                    step = plan.send(result)
        except StopIteration as end:
            await self._commit()
            return end.value
        except BaseException as error:
            await self._abort(error)
            raise
        finally:
            plan.close()

    async def _execute(self, step: Step) -> Any:
        if isinstance(step, BeginTransaction):
            return await self._begin(step)
        if isinstance(step, InPortion):
            return await self._run_portion(step)
        if self._is_first:
            self._is_first = False
            if self._attempts is not None:
                await self._attempts.enter(step)
        return await run_step(step, self._store, self._transaction, self._watch)

    async def _begin(self, step: BeginTransaction) -> None:
        if self._transaction is None:
            self._own = self._transaction = await self._store.begin(required=step.required)
            self._is_first = self._own is not None
        if step.records and self._transaction is not None:
            self._transaction.load.add(step.records, step.size)

    async def _run_portion(self, step: InPortion) -> Any:
        await self._commit()
        if self._transaction is not None:
            raise AssertionError("a plan in a transaction has no portions")
        self.has_portions = True
        if self._attempts is not None:
            self._attempts.release()  # the portion may need the same turns
        return await run(step.make_plan, self._conflicts, self._store, None, self._watch)

    async def _commit(self) -> None:
        own = self._own
        if own is not None:
            try:
                await own.commit()
            except BaseException as error:
                await self._abort(error)
                raise
            self._own = self._transaction = None

    async def _abort(self, error: BaseException) -> None:
        """Roll back; who is cancelled, perhaps because its time is up, does not wait for it."""
        own, self._own = self._own, None
        if own is not None:
            abort = start_background(own.abort(), _ABORTING, context=context_of_rollback())
            if not isinstance(error, asyncio.CancelledError):
                await asyncio.shield(abort)

    def _note(self, error: PrismaError, step: Step) -> None:
        """Note what a step lost against another transaction."""
        if isinstance(error, DataError) and error.code == "P2034":
            if self._attempts is not None:
                self._attempts.lose(step)
            elif self._transaction is not None:
                self._transaction.on_lost(step)


async def rollbacks() -> None:
    """Wait for the rollbacks that are under way in this event loop; cancelling it ends none."""
    loop = asyncio.get_running_loop()
    if mine := [each for each in _ABORTING if each.get_loop() is loop]:
        await asyncio.wait(mine)


async def run_step(
    step: Step, store: Store, transaction: Transaction | None, watch: StepObserver
) -> Any:
    """What a step finds: what a plan of a read alone answers, for there is nothing to try again."""
    started = time.perf_counter()
    try:
        return await store.execute(step, transaction)
    except RecursionError:  # what Python could still validate, it cannot compile or encode
        raise too_deep() from None
    finally:
        watch(step, started)


async def run_inside(
    step: Step, store: Store, transaction: Transaction | None, watch: StepObserver
) -> Any:
    """The same, in a transaction of the caller's, which is told what is lost."""
    try:
        return await run_step(step, store, transaction, watch)
    except DataError as error:
        if error.code == "P2034" and transaction is not None:
            transaction.on_lost(step)
        raise


async def run_write(
    step: Insert | UpdateOne | DeleteOne,
    conflicts: Conflicts,
    store: Store,
    transaction: Transaction | None,
    watch: StepObserver,
) -> Rows:
    """What a write of one step answers. What loses starts again, as a plan that takes turns.

    Raises:
        prisma.errors.RecordNotFoundError: P2025, there was no record.
    """
    started = time.perf_counter()
    try:
        return rows_of(step, await store.execute(step, transaction))
    except DataError as error:
        if error.code != "P2034":
            raise
        if transaction is not None:
            transaction.on_lost(step)
            raise
    except RecursionError:
        raise too_deep() from None
    finally:
        watch(step, started)
    return rows_of(step, await run(partial(_alone, step), conflicts, store, None, watch))


def _alone(step: Step) -> Plan:
    return (yield step)


def together(plans: Sequence[Plan]) -> Plan:
    """Several plans as one that is kept or dropped as a whole."""
    if len(plans) > 1:
        yield BeginTransaction()
    answers: list[Any] = []
    for index, plan in enumerate(plans):
        try:
            answer = yield from plan
        except DataError as error:
            error.data["user_facing_error"]["batch_request_idx"] = index
            raise
        answers += [answer]
    return answers
