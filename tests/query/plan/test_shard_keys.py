"""plan: every write of one record of a sharded model names its shard key."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from prisma.errors import DataError, MissingRequiredValueError

from prismongo.query.nodes.equalities import null_or_missing
from prismongo.query.nodes.filters import And, Compare, Filter, In, Text
from prismongo.query.nodes.requests import Action
from prismongo.query.nodes.shard_keys import missing_key_fields
from prismongo.query.nodes.steps import (
    BeginTransaction,
    DeleteMany,
    DeleteOne,
    Find,
    Insert,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.query.plan.links import by_rows
from prismongo.query.plan.one import ATTEMPTS
from prismongo.schema import parse
from prismongo.schema.datamodel import Datamodel
from tests.query.plan.driving import drive, kinds, plan

SCHEMA = """
datasource db {
  provider = "mongodb"
  url      = "x"
}
model Room {
  id    Int    @id @map("_id")
  code  Int    @unique
  notes Note[]
}
%s
model Note {
  id     Int    @id @map("_id")
  zone   Int    @map("z")
  roomNr Int
  text   String @default("")
  room   Room   @relation(fields: [roomNr], references: [code], onDelete: Cascade)
}
"""
PLAIN = parse(SCHEMA % "")
BY_ZONE = parse(SCHEMA % "/// @shardKey([zone])")
BY_ROOM = parse(SCHEMA % "/// @shardKey([roomNr, id])")

TEXT = {"data": {"text": "b"}}
ONE, KEYED = {"where": {"id": 1}}, {"where": {"id": 1, "zone": 7}}
ROW = {"_id": 1, "z": 7, "roomNr": 3, "text": "a"}
ROOM = {"_id": 5, "code": 3}


def equal(**values: object) -> tuple[Filter, ...]:
    return tuple(Compare((name,), "eq", value) for name, value in values.items())


def steps_of(schema: Datamodel, action: Action, arguments: Any, *answers: Any) -> list[Step]:
    """The steps of a write of notes."""
    return drive(plan(action, "Note", arguments, schema=schema), *answers)[0]


def filter_of(step: Step) -> Filter:
    assert isinstance(step, UpdateOne | UpdateMany | DeleteOne | DeleteMany)
    return step.where


@pytest.mark.parametrize(("action", "kind"), [("updateOne", UpdateOne), ("deleteOne", DeleteOne)])
class TestOneRecord:
    def test_one_command_where_the_filter_names_the_key(self, action: Action, kind: Any) -> None:
        data = TEXT if action == "updateOne" else {}
        steps = steps_of(BY_ZONE, action, KEYED | data, ROW)
        assert kinds(steps) == [kind]

    def test_read_first_where_it_does_not(self, action: Action, kind: Any) -> None:
        data = TEXT if action == "updateOne" else {}
        find, write = steps_of(BY_ZONE, action, ONE | data, [{"_id": 1, "z": 7}], ROW)
        assert isinstance(find, Find)
        assert [field.name for field in find.fields or ()] == ["id", "zone"]
        assert type(write) is kind
        assert filter_of(write) == And(equal(z=7, _id=1))

    def test_read_again_where_the_key_has_changed(self, action: Action, kind: Any) -> None:
        data = TEXT if action == "updateOne" else {}
        answers = [[{"_id": 1, "z": 7}], None, [{"_id": 1, "z": 8}], ROW]
        steps = steps_of(BY_ZONE, action, ONE | data, *answers)
        assert kinds(steps) == [Find, kind, Find, kind]
        assert filter_of(steps[-1]) == And(equal(z=8, _id=1))

    def test_a_conflict_where_it_always_changes(self, action: Action, kind: Any) -> None:
        data = TEXT if action == "updateOne" else {}
        with pytest.raises(DataError) as caught:
            steps_of(BY_ZONE, action, ONE | data, *[[{"_id": 1, "z": 7}], None] * ATTEMPTS)
        assert caught.value.code == "P2034"

    def test_without_a_key_it_is_one_command(self, action: Action, kind: Any) -> None:
        data = TEXT if action == "updateOne" else {}
        steps = steps_of(PLAIN, action, ONE | data, ROW)
        assert kinds(steps) == [kind]
        assert filter_of(steps[0]) == Compare(("_id",), "eq", 1)


@pytest.mark.parametrize(
    "where",
    [
        {"id": 1, "zone": {"in": [7]}},
        {"id": 1, "zone": {"not": 7}},
        {"id": 1, "zone": {"gte": 7, "lte": 7}},
        {"id": 1, "OR": [{"zone": 7}, {"zone": 8}]},
        {"id": 1, "NOT": [{"zone": 7}]},
    ],
)
def test_other_conditions_do_not_name_it(where: Any) -> None:
    with pytest.raises(DataError, match="not found"):
        steps_of(BY_ZONE, "updateOne", {"where": where} | TEXT, [])  # a reading, which finds none


@pytest.mark.parametrize("stored", [{}, {"z": None}], ids=["missing", "null"])
class TestARecordThatLacksTheKey:
    """It is kept where null is, and an equality with null finds it."""

    @pytest.mark.parametrize("action", ["updateOne", "deleteOne"])
    def test_is_named_by_null(self, action: Action, stored: Any) -> None:
        data = TEXT if action == "updateOne" else {}
        steps = steps_of(BY_ZONE, action, ONE | data, [{"_id": 1, **stored}], ROW)
        assert filter_of(steps[1]) == And((null_or_missing(("z",)), *equal(_id=1)))
        assert missing_key_fields(BY_ZONE.model["Note"], filter_of(steps[1])) == []

    def test_when_it_gets_one(self, stored: Any) -> None:
        row = {"_id": 1, "roomNr": 3, **stored}
        steps = steps_of(BY_ZONE, "updateOne", ONE | {"data": {"zone": 8}}, [row], ROW, [ROW])
        assert filter_of(steps[2]) == And((null_or_missing(("z",)), *equal(_id=1)))

    def test_several_share_it(self, stored: Any) -> None:
        rows = [{"_id": 1, **stored}, {"_id": 2}]
        assert by_rows(BY_ZONE.model["Note"], rows) == And(
            (null_or_missing(("z",)), In(("_id",), (1, 2)))
        )

    def test_others_have_another(self, stored: Any) -> None:
        rows = [{"_id": 1, **stored}, {"_id": 2, "z": 7}]
        assert by_rows(BY_ZONE.model["Note"], rows) == In(("_id",), (1, 2))


@pytest.mark.parametrize("values", [(True, 1), (1, 1.0), ({"a": 1}, {"a": 1})], ids=str)
def test_what_may_differ_on_the_server_is_not_shared(values: Any) -> None:
    rows = [{"_id": number, "z": value} for number, value in enumerate(values)]
    assert by_rows(BY_ZONE.model["Note"], rows) == In(("_id",), (0, 1))


class TestANameThatIsSaidTwice:
    """Mongos finds no key in a filter that has two equalities for one field of it."""

    @pytest.mark.parametrize(
        "where",
        [
            {"id": 1, "zone": {"in": [7]}},
            {"id": 1, "zone": 7, "AND": [{"zone": {"in": [7]}}]},
            {"id": 1, "zone": 7, "AND": [{"AND": [{"zone": {"equals": 7}}]}]},
            {"id": 1, "zone": 7, "OR": [{"zone": 7}]},
        ],
        ids=str,
    )
    def test_is_said_once(self, where: Any) -> None:
        steps = steps_of(BY_ZONE, "updateOne", {"where": where} | TEXT, [ROW], ROW)
        assert kinds(steps) == [Find, UpdateOne]
        assert filter_of(steps[1]) == And(equal(z=7, _id=1))

    def test_other_conditions_stay(self) -> None:
        where = {"where": {"id": 1, "zone": {"in": [7]}, "text": {"startsWith": "a"}}}
        steps = steps_of(BY_ZONE, "updateOne", where | TEXT, [ROW], ROW)
        text = Text(("text",), "startswith", "a")
        assert filter_of(steps[1]) == And((*equal(z=7, _id=1), text))

    def test_beside_the_ids(self) -> None:
        where = {"zone": {"in": [7]}, "text": "a"}
        steps = steps_of(BY_ZONE, "deleteMany", {"where": where, "limit": 1}, [ROW], 1)
        assert filter_of(steps[2]) == And(equal(z=7, _id=1, text="a"))


class TestUpsert:
    DATA: ClassVar = {"create": {"id": 1, "zone": 7, "roomNr": 3}, "update": {"text": "b"}}

    def test_demands_the_key(self) -> None:
        with pytest.raises(MissingRequiredValueError) as caught:
            steps_of(BY_ZONE, "upsertOne", ONE | self.DATA)
        assert caught.value.code == "P2012"
        assert caught.value.meta["argumentPath"] == ["where", "zone"]
        assert "an equality for: `zone`" in str(caught.value)

    def test_is_one_command_with_it(self) -> None:
        (write,) = steps_of(BY_ZONE, "upsertOne", KEYED | self.DATA, ROW)
        assert isinstance(write, UpdateOne)
        assert set(equal(z=7, _id=1)) == set(filter_of(write).filters)  # type: ignore[union-attr]

    def test_that_changes_the_key_is_a_transaction(self) -> None:
        data = self.DATA | {"update": {"zone": 8}}
        steps = steps_of(BY_ZONE, "upsertOne", KEYED | data, [ROW], ROW | {"z": 8}, [ROW])
        assert kinds(steps) == [BeginTransaction, Find, UpdateOne, Find]
        assert steps[0] == BeginTransaction(required=False)
        assert filter_of(steps[2]) == And(equal(z=7, _id=1))


class TestAChangeOfTheKey:
    def test_names_the_old_one(self) -> None:
        after = ROW | {"z": 8}
        steps = steps_of(BY_ZONE, "updateOne", ONE | {"data": {"zone": 8}}, [ROW], after, [after])
        assert kinds(steps) == [BeginTransaction, Find, UpdateOne, Find]
        assert filter_of(steps[2]) == And(equal(z=7, _id=1))

    def test_of_many_records_is_made_one_by_one(self) -> None:
        rows = [ROW, ROW | {"_id": 2}]
        steps = steps_of(BY_ZONE, "updateMany", {"data": {"zone": 8}}, rows, *rows)
        assert kinds(steps) == [BeginTransaction, Find, BeginTransaction, UpdateOne, UpdateOne]
        assert [filter_of(step) for step in steps[3:]] == [
            And(equal(z=7, _id=1)),
            And(equal(z=7, _id=2)),
        ]

    def test_by_connecting(self) -> None:
        data = {"where": {"id": 5}, "data": {"notes": {"connect": [{"id": 1}]}}}
        steps, _ = drive(
            plan("updateOne", "Room", data, schema=BY_ROOM),
            *([ROOM], [ROW], ROW, [ROOM]),
        )
        assert kinds(steps) == [BeginTransaction, Find, Find, UpdateOne, Find]
        assert filter_of(steps[3]) == And(equal(roomNr=3, _id=1))

    def test_by_a_cascade(self) -> None:
        data = {"where": {"id": 5}, "data": {"code": 4}}
        steps, _ = drive(
            plan("updateOne", "Room", data, schema=BY_ROOM),
            *([ROOM], [ROW], ROOM | {"code": 4}, ROW, [ROOM]),
        )
        assert kinds(steps) == [BeginTransaction, Find, Find, UpdateOne, UpdateOne, Find]
        assert filter_of(steps[4]) == And(equal(roomNr=3, _id=1))


class TestManyRecords:
    def test_of_a_cascade_carry_what_they_share(self) -> None:
        rows = [{"_id": 1, "z": 7}, {"_id": 2, "z": 7}]
        one = plan("deleteOne", "Room", {"where": {"id": 5}}, schema=BY_ZONE)
        steps, _ = drive(one, [ROOM], rows, 2, ROOM)
        assert kinds(steps) == [
            BeginTransaction,
            Find,
            Find,
            BeginTransaction,
            DeleteMany,
            DeleteOne,
        ]
        assert filter_of(steps[4]) == And((*equal(z=7), In(("_id",), (1, 2))))

    def test_of_different_keys_carry_their_ids(self) -> None:
        rows = [{"_id": 1, "z": 7}, {"_id": 2, "z": 8}]
        one = plan("deleteOne", "Room", {"where": {"id": 5}}, schema=BY_ZONE)
        steps, _ = drive(one, [ROOM], rows, 2, ROOM)
        assert filter_of(steps[4]) == In(("_id",), (1, 2))

    def test_with_a_limit(self) -> None:
        steps = steps_of(BY_ZONE, "deleteMany", {"limit": 1}, [{"_id": 1, "z": 7}], 1)
        assert kinds(steps) == [BeginTransaction, Find, DeleteMany]
        assert filter_of(steps[2]) == And(equal(z=7, _id=1))


def test_a_new_record_needs_no_filter() -> None:
    data = {"data": {"id": 1, "zone": 7, "roomNr": 3}}
    assert kinds(steps_of(BY_ZONE, "createOne", data, None)) == [Insert]
