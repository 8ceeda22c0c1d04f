"""An operation of one step: what it answers, and what becomes of one that loses."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.errors import DataError, RecordNotFoundError

from prismongo.engine.conflicts import Conflicts
from prismongo.engine.drive import run_inside, run_write
from prismongo.errors import data_error
from prismongo.query.nodes.filters import Compare, Filter
from prismongo.query.nodes.steps import DeleteOne, Find, Insert, Step, UpdateOne
from prismongo.query.nodes.updates import Set
from prismongo.schema import parse
from prismongo.stores.memory import MemoryStore
from tests.engines import HEADER

DATAMODEL: Final = parse(HEADER + 'model Row {\n  id Int @id @map("_id")\n  text String\n}')
MODEL: Final = DATAMODEL.models[0]
ONE: Final[Filter] = Compare(("_id",), "eq", 1)
INSERT: Final = Insert(MODEL, ({"_id": 1, "text": "a"},))
UPDATE: Final = UpdateOne(MODEL, ONE, (Set(("text",), "b"),))
DELETE: Final = DeleteOne(MODEL, ONE)


class Failing(MemoryStore):
    """Fails so often before it executes a step."""

    failures = 0
    code = "P2034"

    async def execute(self, step: Step, transaction: Any) -> Any:
        if self.failures:
            self.failures -= 1
            raise data_error(self.code, "lost")
        return await super().execute(step, transaction)


@pytest.fixture
def failing() -> Failing:
    return Failing(DATAMODEL)


@pytest.fixture
def conflicts() -> Conflicts:
    return Conflicts(10_000.0)


async def written(
    failing: Failing, conflicts: Conflicts, step: Any, transaction: Any = None
) -> Any:
    """What it answers; every attempt is observed."""
    seen: list[Step] = []

    def watch(each: Step, _: float) -> None:
        seen.append(each)

    before = failing.failures
    try:
        return await run_write(step, conflicts, failing, transaction, watch)
    finally:
        assert all(each is step for each in seen)
        assert 0 <= len(seen) - (before - failing.failures) <= 1


async def test_what_it_answers(failing: Failing, conflicts: Conflicts) -> None:
    assert await written(failing, conflicts, INSERT) == list(INSERT.documents)
    assert await written(failing, conflicts, UPDATE) == [{"_id": 1, "text": "b"}]
    assert await written(failing, conflicts, DELETE) == [{"_id": 1, "text": "b"}]
    for step, words in ((UPDATE, "Record to update"), (DELETE, "Record to delete")):
        with pytest.raises(RecordNotFoundError, match=words):
            await written(failing, conflicts, step)


@pytest.mark.parametrize("losses", [1, 2, 5])
async def test_what_loses_starts_again(failing: Failing, conflicts: Conflicts, losses: int) -> None:
    await written(failing, conflicts, INSERT)
    failing.failures = losses
    assert await written(failing, conflicts, UPDATE) == [{"_id": 1, "text": "b"}]
    assert failing.failures == 0
    assert not conflicts.has_turns


async def test_until_the_time_is_up(failing: Failing) -> None:
    failing.failures = 1_000_000
    with pytest.raises(DataError, match="lost"):
        await written(failing, Conflicts(0.0), INSERT)


async def test_another_error_is_raised_at_once(failing: Failing, conflicts: Conflicts) -> None:
    failing.failures, failing.code = 2, "P2035"
    with pytest.raises(DataError, match="lost"):
        await written(failing, conflicts, INSERT)
    assert failing.failures == 1


async def test_in_a_transaction_it_is_the_callers(failing: Failing, conflicts: Conflicts) -> None:
    transaction, attempts = await failing.begin(required=True), conflicts.attempts()
    transaction.on_lost = attempts.lose
    failing.failures = 2
    with pytest.raises(DataError, match="lost"):
        await written(failing, conflicts, UPDATE, transaction)
    assert failing.failures == 1
    await attempts.next(data_error("P2034", "lost"))  # it takes the turn for what was lost
    assert conflicts.is_taken(("Row", ONE))
    attempts.release()


async def test_what_a_read_in_a_transaction_loses_is_noted(
    failing: Failing, conflicts: Conflicts
) -> None:
    transaction, attempts = await failing.begin(required=True), conflicts.attempts()
    transaction.on_lost = attempts.lose
    failing.failures, find = 1, Find(MODEL, ONE)
    with pytest.raises(DataError, match="lost"):
        await run_inside(find, failing, transaction, lambda *_: None)
    assert await run_inside(find, failing, transaction, lambda *_: None) == []
    await attempts.next(data_error("P2034", "lost"))
    assert conflicts.is_taken(("Row", ONE))
    attempts.release()


async def test_what_is_too_deep_to_encode_is_told_so(
    failing: Failing, conflicts: Conflicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def execute(*_: Any) -> Any:
        raise RecursionError

    monkeypatch.setattr(failing, "execute", execute)
    with pytest.raises(DataError, match="too deeply"):
        await written(failing, conflicts, INSERT)
