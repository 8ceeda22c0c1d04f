"""The text door on a real server: batches, and documents in transactions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prisma.errors import (
    FieldNotFoundError,
    UniqueViolationError,
)
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.errors import TransactionError, UnsupportedOperationError
from tests.engine.graphql.payloads import batch, crate, single


class TestBatch:
    async def test_all_are_kept(self, engine: MongoEngine, raw: Database[dict[str, Any]]) -> None:
        content = batch(
            crate(1, "a"), "{ n: aggregateCrate { _count { _all } } }", transaction=True
        )
        assert await engine.query(content, tx_id=None) == {
            "batchResult": [
                {"data": {"createOneCrate": {"id": 1}}},
                {"data": {"n": {"_count": {"_all": 1}}}},
            ]
        }
        assert raw["crates"].count_documents({}) == 1

    async def test_or_none_is(self, engine: MongoEngine, raw: Database[dict[str, Any]]) -> None:
        content = batch(crate(1, "a"), crate(2, "a"), crate(3, "c"), transaction=True)
        with pytest.raises(UniqueViolationError) as caught:
            await engine.query(content, tx_id=None)
        assert caught.value.data["user_facing_error"]["batch_request_idx"] == 1
        assert raw["crates"].count_documents({}) == 0

    async def test_nothing_is_begun_where_one_is_not_valid(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        content = batch(crate(1, "a"), "{ findManyGhost { id } }", transaction=True)
        with pytest.raises(FieldNotFoundError):
            await engine.query(content, tx_id=None)
        assert raw["crates"].count_documents({}) == 0

    async def test_each_on_its_own_with_errors_in_their_place(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        content = batch(
            crate(1, "a"), crate(2, "a"), "{ nonsense", crate(3, "c"), transaction=False
        )
        answer = await engine.query(content, tx_id=None)
        first, second, third, fourth = answer["batchResult"]
        assert first == {"data": {"createOneCrate": {"id": 1}}}
        (error,) = second["errors"]
        assert error["user_facing_error"]["error_code"] == "P2002"
        assert error["user_facing_error"]["meta"]["target"] == ["label"]
        assert error["error"] == error["user_facing_error"]["message"]
        assert third["errors"][0]["user_facing_error"]["error_code"] == "P2009"
        assert fourth == {"data": {"createOneCrate": {"id": 3}}}
        assert json.loads(json.dumps(answer)) == answer
        assert [item["_id"] for item in raw["crates"].find().sort("_id")] == [1, 3]

    async def test_several_fields_in_one_of_the_documents(self, engine: MongoEngine) -> None:
        content = batch(
            "{ a: findManyCrate { id } b: findManyParcel { id } }",
            "{ findFirstCrate { id } }",
            transaction=True,
        )
        assert await engine.query(content, tx_id=None) == {
            "batchResult": [{"data": {"a": [], "b": []}}, {"data": {"findFirstCrate": None}}]
        }

    async def test_an_empty_one(self, engine: MongoEngine) -> None:
        assert await engine.query(batch(transaction=True), tx_id=None) == {"batchResult": []}


class TestTransaction:
    async def test_a_document_runs_inside_it(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        tx_id = await engine.start_transaction(content='{"timeout": 5000, "max_wait": 2000}')
        await engine.query(single(crate(1, "a")), tx_id=tx_id)
        assert raw["crates"].count_documents({}) == 0
        inside = await engine.query(single("{ findManyCrate { id } }"), tx_id=tx_id)
        assert inside == {"data": {"findManyCrate": [{"id": 1}]}}
        await engine.commit_transaction(tx_id)
        assert raw["crates"].count_documents({}) == 1

    @pytest.mark.parametrize("transaction", [True, False])
    async def test_a_batch_inside_it_stops_at_its_first_error(
        self, engine: MongoEngine, raw: Database[dict[str, Any]], transaction: bool
    ) -> None:
        tx_id = await engine.start_transaction(content='{"timeout": 5000, "max_wait": 2000}')
        content = batch(crate(1, "a"), crate(2, "a"), crate(3, "c"), transaction=transaction)
        with pytest.raises(UniqueViolationError):
            await engine.query(content, tx_id=tx_id)
        await engine.rollback_transaction(tx_id)
        assert raw["crates"].count_documents({}) == 0

    async def test_one_that_is_over(self, engine: MongoEngine) -> None:
        tx_id = await engine.start_transaction(content='{"timeout": 5000, "max_wait": 2000}')
        await engine.commit_transaction(tx_id)
        with pytest.raises(TransactionError):
            await engine.query(single("{ findManyCrate { id } }"), tx_id=tx_id)
        with pytest.raises(TransactionError, match="A batch query cannot be executed on a comm"):
            await engine.query(batch(crate(1, "a"), transaction=False), tx_id=tx_id)

    async def test_an_isolation_level(self, engine: MongoEngine) -> None:
        content = '{"timeout": 5000, "max_wait": 2000, "isolation_level": "Serializable"}'
        with pytest.raises(UnsupportedOperationError, match="does not support setting"):
            await engine.start_transaction(content=content)
