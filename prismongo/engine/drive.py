"""Driving a plan: steps go to the store, what it finds goes back, until the plan answers.

The plan decides (`Atomic`) where its transaction begins; this is where it ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from prisma.errors import DataError, TransactionError

from prismongo.engine.conflicts import LONGEST_BACK_OFF, Attempts, Conflicts, lose
from prismongo.query.errors.input import too_deep
from prismongo.query.nodes.steps import Atomic, LostRaceError, Plan, Step
from prismongo.stores.store import Store, Transaction
from prismongo.tasks import back_off, start_background

RACE_ATTEMPTS: Final = 3
"""How often an operation starts that lost a race for a unique: once it has lost, it finds what the
winner wrote. Who loses again and again does not race: the value is simply taken."""

StepObserver = Callable[[Step, float], None]
"""Called after every step, with the step and the `time.perf_counter` of its start."""

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
            return await _run_once(make_plan(), store, transaction, watch, None)
        return await _repeat(make_plan, conflicts.attempts(), store, watch)
    except LostRaceError as lost:
        raise lost.cause from None
    except RecursionError:  # what Python could still validate, it cannot compile or encode
        raise too_deep() from None


async def _repeat(
    make_plan: Callable[[], Plan], attempts: Attempts, store: Store, watch: StepObserver
) -> Any:
    races = 0
    try:
        while True:
            try:
                return await _run_once(make_plan(), store, None, watch, attempts)
            except LostRaceError:
                races += 1
                if races == RACE_ATTEMPTS:
                    raise
                conflict = None
            except DataError as error:
                if error.code != "P2034":
                    raise
                conflict = error
            if conflict is None:
                await back_off(races, LONGEST_BACK_OFF)
            else:
                await attempts.next(conflict)
    finally:
        attempts.release()


async def _run_once(
    plan: Plan,
    store: Store,
    transaction: Transaction | None,
    watch: StepObserver,
    attempts: Attempts | None,
) -> Any:
    own: Transaction | None = None
    is_first = False
    try:
        step = next(plan)
        while True:
            result: Any = None
            try:
                if isinstance(step, Atomic):
                    if transaction is None:
                        own = transaction = await store.begin(required=step.required)
                        is_first = own is not None
                else:
                    if is_first and attempts is not None:
                        await attempts.enter(step)
                        is_first = False
                    result = await run_step(step, store, transaction, watch)
            except (DataError, TransactionError) as error:
                _note(error, step, attempts)
                step = plan.throw(error)  # a plan may know what to do: an upsert that lost a race
            else:
                step = plan.send(result)
    except StopIteration as end:
        if own is not None:
            await own.commit()
        return end.value
    except BaseException:
        if own is not None:
            await asyncio.shield(start_background(own.abort(), _ABORTING))
        raise
    finally:
        plan.close()


def _note(error: Exception, step: Step, attempts: Attempts | None) -> None:
    """Note what a step lost against another transaction."""
    if isinstance(error, DataError) and error.code == "P2034":
        if attempts is None:
            lose(step)
        else:
            attempts.lose(step)


async def run_step(
    step: Step, store: Store, transaction: Transaction | None, watch: StepObserver
) -> Any:
    """What a step finds: what a plan of a read alone answers, for there is nothing to try again."""
    started = time.perf_counter()
    try:
        return await store.execute(step, transaction)
    finally:
        watch(step, started)


def together(plans: Sequence[Plan]) -> Plan:
    """Several plans as one that is kept or dropped as a whole."""
    if len(plans) > 1:
        yield Atomic()
    answers: list[Any] = []
    for index, plan in enumerate(plans):
        try:
            answer = yield from plan
        except DataError as error:
            error.data["user_facing_error"]["batch_request_idx"] = index
            raise
        answers += [answer]
    return answers
