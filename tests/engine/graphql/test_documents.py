"""The text door on a real server: what documents answer, and what they leave behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prisma._builder import QueryBuilder
from prisma.errors import (
    DataError,
    FieldNotFoundError,
    MissingRequiredValueError,
    RawQueryError,
    RecordNotFoundError,
)
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.errors import UnsupportedOperationError
from tests.engine.graphql.payloads import ask, crate, single


class TestSingle:
    async def test_every_scalar_in_and_out(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        answer = await ask(
            engine,
            """
            mutation {
              createOneCrate(data: {
                id: 7, label: "Zoë's \\"crate\\"", weight: 2e0, serial: "9007199254740993"
                sealed: true, kind: STEEL, packed: "2021-03-04T05:06:07.089+02:00"
                seal: "AAEC/w==", notes: "{ \\"a\\": [1, 2.5, null] }", tags: ["x" "y"]
              }) { id label weight serial sealed kind packed seal notes tags parcels { id } }
            }
            """,
        )
        assert answer == {
            "createOneCrate": {
                "id": 7,
                "label": 'Zoë\'s "crate"',
                "weight": 2,
                "serial": "9007199254740993",
                "sealed": True,
                "kind": "STEEL",
                "packed": "2021-03-04T03:06:07.089Z",
                "seal": "AAEC/w==",
                "notes": '{"a":[1,2.5,null]}',
                "tags": ["x", "y"],
                "parcels": [],
            }
        }
        assert json.loads(json.dumps(answer)) == answer
        (document,) = raw["crates"].find()
        assert document["kind"] == "steel"
        assert document["serial"] == 9007199254740993
        assert document["seal"] == b"\x00\x01\x02\xff"
        assert document["notes"] == {"a": [1, 2.5, None]}

    async def test_the_alias_is_the_key(self, engine: MongoEngine) -> None:
        assert await ask(engine, "{ result: findManyCrate { id } }") == {"result": []}
        assert await ask(engine, "{ findManyCrate { id } }") == {"findManyCrate": []}

    async def test_several_fields_are_answered_each(self, engine: MongoEngine) -> None:
        await ask(engine, crate(1, "a"))
        query = "{ findManyCrate { id } one: findUniqueCrate(where: {id: 2}) { id } }"
        assert await ask(engine, query) == {"findManyCrate": [{"id": 1}], "one": None}

    async def test_nested_selections_with_arguments(self, engine: MongoEngine) -> None:
        await ask(engine, crate(1, "a"))
        parcels = '[{id: 1, sender: "p"}, {id: 2, sender: "q"}, {id: 3, sender: "r"}]'
        await ask(
            engine,
            'mutation { updateOneCrate(where: {label: "a"}, data: {parcels: {create: '
            + parcels
            + "}}) { id } }",
        )
        query = (
            "{ findFirstCrate { id parcels(orderBy: {id: desc} take: 2 skip: 1) "
            "{ sender crate { label } } _count { parcels } } }"
        )
        assert (await ask(engine, query))["findFirstCrate"] == {
            "id": 1,
            "parcels": [
                {"sender": "q", "crate": {"label": "a"}},
                {"sender": "p", "crate": {"label": "a"}},
            ],
            "_count": {"parcels": 3},
        }

    async def test_counts_aggregates_and_groups(self, engine: MongoEngine) -> None:
        items = '[{id: 1, label: "a", weight: 1.5}, {id: 2, label: "b", weight: 2.5}]'
        many = await ask(engine, f"mutation {{ createManyCrate(data: {items}) {{ count }} }}")
        assert many == {"createManyCrate": {"count": 2}}
        query = "{ aggregateCrate { count: _count { _all } } }"
        with pytest.raises(UnsupportedOperationError):
            await ask(engine, query)
        assert await ask(engine, "{ aggregateCrate { _count { _all } _sum { weight } } }") == {
            "aggregateCrate": {"_count": {"_all": 2}, "_sum": {"weight": 4}}
        }
        grouped = "{ groupByCrate(by: [label], orderBy: {label: desc}) { label _max { weight } } }"
        assert (await ask(engine, grouped))["groupByCrate"] == [
            {"label": "b", "_max": {"weight": 2.5}},
            {"label": "a", "_max": {"weight": 1.5}},
        ]

    async def test_what_upstream_builds_is_answered(self, engine: MongoEngine) -> None:
        await ask(engine, crate(3, "deep"))
        built = QueryBuilder(
            method="count",
            arguments={"where": {"label": {"not_in": ["x"]}, "OR": [{"weight": None}, {"id": 3}]}},
            prisma_models=set(),
            relational_field_mappings={},
            root_selection=["_count { _all }"],
        ).build()
        built = built.replace("result: aggregate", "result: aggregateCrate")
        answer = await engine.query(built, tx_id=None)
        assert answer == {"data": {"result": {"_count": {"_all": 1}}}}


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "kind", "code"),
        [
            ("{ findManyCrate { ", FieldNotFoundError, "P2009"),
            ("{ findManyCrate { colour } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(limit: 1) { id } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(where: {label: {$ne: null}}) { id } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(where: {label: bare}) { id } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(where: {weight: NaN}) { id } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(where: {weight: -Infinity}) { id } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(where: {weight: 1e999}) { id } }", FieldNotFoundError, "P2009"),
            ("{ findManyCrate(where: {kind: PAPER}) { id } }", FieldNotFoundError, "P2009"),
            (
                "mutation { createOneCrate(data: {id: 1}) { id } }",
                MissingRequiredValueError,
                "P2009",
            ),
            ("mutation { createManyCrate { count } }", MissingRequiredValueError, "P2012"),
            ("{ findUniqueCrateOrThrow(where: {id: 9}) { id } }", RecordNotFoundError, "P2025"),
            ('mutation { queryRaw(query: "SELECT 1") }', UnsupportedOperationError, "P2026"),
            ("{ findManyCrate(take: 99999999999999999999) { id } }", DataError, "P2033"),
        ],
    )
    async def test_upstreams_class_and_code(
        self, engine: MongoEngine, query: str, kind: type[DataError], code: str
    ) -> None:
        with pytest.raises(kind) as caught:
            await ask(engine, query)
        assert caught.value.code == code

    async def test_an_operator_in_a_key_is_named_by_its_path(self, engine: MongoEngine) -> None:
        with pytest.raises(FieldNotFoundError, match=r"where\.label\.\$ne"):
            await ask(engine, "{ findManyCrate(where: {label: {$ne: null}}) { id } }")

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "[]",
            "null",
            "{",
            "{}",
            '{"query": 1}',
            '{"query": null, "variables": {}}',
            '{"batch": {}}',
            '{"batch": [1], "transaction": true}',
            '{"batch": [{}], "transaction": true}',
            '{"query": "{ a: findManyCrate { id } a: findManyParcel { id } }"}',
            "[" * 100_000,
        ],
        ids=range(12),
    )
    async def test_payloads_that_are_none(self, engine: MongoEngine, content: str) -> None:
        with pytest.raises(FieldNotFoundError) as caught:
            await engine.query(content, tx_id=None)
        assert caught.value.code == "P2009"

    async def test_an_isolation_level(self, engine: MongoEngine) -> None:
        content = '{"batch": [], "transaction": true, "isolationLevel": "Serializable"}'
        with pytest.raises(UnsupportedOperationError):
            await engine.query(content, tx_id=None)


@pytest.mark.mongo_only("raw operations are MongoDB's own language, which the fake refuses")
class TestRaw:
    async def test_find_in_the_mapped_collection(self, engine: MongoEngine) -> None:
        await ask(engine, 'mutation { createOneCrate(data: {id: 1, label: "a", serial: 5}) {id} }')
        await ask(engine, crate(2, "b"))
        query = (
            r'{ findCrateRaw(filter: "{\"_id\": {\"$gt\": 0}}",'
            r' options: "{\"sort\": {\"_id\": -1}}") }'
        )
        assert await ask(engine, query) == {
            "findCrateRaw": [
                {"_id": 2, "label": "b"},
                {"_id": 1, "label": "a", "serial": 5},
            ]
        }

    async def test_a_pipeline_of_texts(self, engine: MongoEngine) -> None:
        await ask(engine, crate(1, "a"))
        query = (
            r'{ aggregateCrateRaw(pipeline: ["{\"$match\": {\"label\": \"a\"}}",'
            r' "{\"$project\": {\"_id\": 1, \"at\": {\"$literal\": {\"$date\": 0}}}}"],'
            r' options: "{\"allowDiskUse\": true, \"batchSize\": 1, \"unheardOf\": 1}") }'
        )
        assert await ask(engine, query) == {
            "aggregateCrateRaw": [{"_id": 1, "at": {"$date": "1970-01-01T00:00:00Z"}}]
        }

    async def test_a_command_answers_without_the_drivers_bookkeeping(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        query = (
            r'mutation { runCommandRaw(command: "{\"insert\": \"crates\", \"documents\":'
            r' [{\"_id\": 1, \"label\": \"a\"}]}") }'
        )
        assert await ask(engine, query) == {"runCommandRaw": {"n": 1, "ok": 1.0}}
        assert raw["crates"].find_one() == {"_id": 1, "label": "a"}

    @pytest.mark.parametrize(
        "query",
        [
            r'{ findCrateRaw(filter: "[]") }',
            r'{ findCrateRaw(filter: "1") }',
            r'{ findCrateRaw(filter: "\"a\"") }',
            r'{ findCrateRaw(filter: "{") }',
            r'{ findCrateRaw(options: "[]") }',
            r'{ findCrateRaw(query: "{}") }',
            r'{ aggregateCrateRaw(pipeline: ["{\"$match\": {}}", "2"]) }',
            r'{ aggregateCrateRaw(pipeline: "{}") }',
        ],
    )
    async def test_what_is_not_of_its_form(self, engine: MongoEngine, query: str) -> None:
        with pytest.raises(FieldNotFoundError) as caught:
            await ask(engine, query)
        assert caught.value.code == "P2009"

    async def test_a_command_is_required(self, engine: MongoEngine) -> None:
        with pytest.raises(MissingRequiredValueError):
            await ask(engine, "mutation { runCommandRaw }")

    async def test_what_the_server_refuses(self, engine: MongoEngine) -> None:
        with pytest.raises(RawQueryError) as caught:
            await ask(engine, r'{ findCrateRaw(filter: "{\"$nonsense\": 1}") }')
        assert caught.value.code == "P2010"

    async def test_options_cannot_name_another_collection(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        raw["Parcel"].insert_one({"_id": 1, "sender": "s"})
        assert await ask(engine, r'{ findCrateRaw(options: "{\"find\": \"Parcel\"}") }') == {
            "findCrateRaw": []
        }

    async def test_inside_a_transaction(self, engine: MongoEngine) -> None:
        tx_id = await engine.start_transaction(content='{"timeout": 5000, "max_wait": 2000}')
        await engine.query(single(crate(1, "a")), tx_id=tx_id)
        found = await engine.query(single("{ findCrateRaw }"), tx_id=tx_id)
        await engine.rollback_transaction(tx_id)
        assert found == {"data": {"findCrateRaw": [{"_id": 1, "label": "a"}]}}
