"""Writes of a known shape: their step is that of the careful way, and so is their answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, Final

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prisma.errors import PrismaError

from prismongo.engine.known import RecordWrite
from prismongo.fields import Json
from prismongo.query.nodes.operations import (
    CreateOne,
    DeleteRecord,
    UpdateRecord,
    UpsertRecord,
)
from prismongo.query.nodes.requests import Action, FieldReference, Request, Selection
from prismongo.query.nodes.steps import DeleteOne, Insert, Step, UpdateOne
from prismongo.query.plan.write import rows_of
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.mongo.compile.update import compile_update
from tests.engine.calls import OTHERS, TEXTS, Careful, Text
from tests.query.plan.test_shard_keys import BY_ZONE, PLAIN
from tests.query.validate.test_writers import DATAMODEL, ID, MOMENT, NAMES, VALUES

OTHER: Final = ID[::-1]
NOW: Final = MOMENT.replace(microsecond=0)
NEW: Final = {"id": ID, "text": "a"}


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """All requests are made at one moment."""
    monkeypatch.setattr("prismongo.query.validate.moment.now", lambda: NOW)


class Asked:
    """The calls of a new engine on one schema, beside the careful way."""

    def __init__(self, datamodel: Datamodel = DATAMODEL) -> None:
        way = Careful(datamodel)
        self.validator, self.planner, self.calls = way.validator, way.planner, way.calls()

    def step(self, request: Request) -> Step | RecordWrite | None:
        """The step; of what is planned at every call, the operation."""
        found = self.calls.find(request)
        if isinstance(found, tuple):
            return found[1]
        assert found is None or isinstance(found, RecordWrite)
        return found

    def known(self, action: Action, model: str, **arguments: Any) -> Step | RecordWrite | None:
        """The step, once the shape was seen often enough."""
        request = request_of(action, model, **arguments)
        return [self.step(request) for _ in range(4)][-1]

    def check(self, request: Request, answers: Counter[str]) -> None:
        """The step is the only one of the careful way; where that refuses, there is none."""
        step = self.step(request)
        try:
            operation = self.validator.validate(request)
        except (PrismaError, TypeError):
            assert step is None  # the careful way says what is wrong
            answers["refused"] += 1
            return
        if step is None:
            answers["careful"] += 1
            return
        answers["bound"] += 1
        if isinstance(step, RecordWrite):
            assert repr(step) == repr(operation)
            return
        assert isinstance(step, Insert | UpdateOne | DeleteOne)
        assert shown(step) == shown(next(self.planner.plan(operation)))
        for row in ({"_id": 1}, None):
            wanted = answered(partial(ended, self.planner.plan(operation), row))
            assert answered(partial(rows_of, step, row)) == wanted


def shown(step: Step) -> Any:
    """All of a step; of documents the bytes, since NaN is not equal to itself."""
    if isinstance(step, Insert):
        return step.model, [(list(each), bson.encode(each)) for each in step.documents]
    if isinstance(step, UpdateOne):
        return repr(step), repr(compile_update(step.updates))
    return repr(step)


def ended(plan: Any, row: Any) -> Any:
    next(plan)
    try:
        plan.send(row)
    except StopIteration as end:
        return end.value
    raise AssertionError("it is one step")


def answered(ask: Callable[[], Any]) -> Any:
    try:
        return repr(ask())
    except PrismaError as error:
        return type(error), str(error), getattr(error, "meta", None)


def request_of(action: Any, model: str, *selections: Selection, **arguments: Any) -> Request:
    return Request(action, model, arguments, selections or (Selection("id"),), words="python")


# --- what is known, and what is not ---


@pytest.mark.parametrize(
    ("action", "arguments", "kind"),
    [
        ("createOne", {"data": NEW}, Insert),
        ("createOne", {"data": {**NEW, "json": Json([1]), "part": {"text": "a"}}}, Insert),
        ("updateOne", {"data": {"text": "b"}, "where": {"id": ID}}, UpdateOne),
        (
            "updateOne",
            {"data": {"note": None, "texts": ["a"], "ids": {"set": [ID]}}, "where": {"id": ID}},
            UpdateOne,
        ),
        ("updateOne", {"data": {"text": "b"}, "where": {"id": ID, "whole": {"gt": 1}}}, UpdateOne),
        ("updateOne", {"data": {"text": {"set": "b"}}, "where": {"id": ID}}, UpdateOne),
        ("updateOne", {"data": {"whole": {"increment": 1}}, "where": {"id": ID}}, UpdateOne),
        ("updateOne", {"data": {"texts": {"push": "a"}}, "where": {"id": ID}}, UpdateOne),
        ("updateOne", {"data": {"part": {"text": "a"}}, "where": {"id": ID}}, UpdateOne),
        ("updateOne", {"data": {"json": Json(1)}, "where": {"id": ID}}, UpdateOne),
        (
            "updateOne",
            {"data": {"text": "b"}, "where": {"id": ID, "text": {"contains": "a"}}},
            UpdateOne,
        ),
        ("deleteOne", {"where": {"id": ID}}, DeleteOne),
        ("deleteOne", {"where": {"id": ID, "OR": [{"text": "a"}, {"flag": True}]}}, DeleteOne),
        ("deleteOne", {"where": {"id": ID, "whole": FieldReference("small")}}, DeleteOne),
        ("upsertOne", {"where": {"id": ID}, "create": NEW, "update": {"text": "b"}}, UpsertRecord),
        ("upsertOne", {"where": {"id": ID}, "create": NEW, "update": {}}, UpsertRecord),
        (
            "upsertOne",
            {
                "where": {"id": ID, "owner": {"is": {"id": ID}}, "whole": 1},
                "create": {**NEW, "json": Json([1]), "part": {"text": "a"}},
                "update": {"whole": {"increment": 1}, "texts": {"push": "a"}},
            },
            UpsertRecord,
        ),
        (
            "updateOne",
            {"data": {"text": "b"}, "where": {"id": ID, "owner": {"is": {"id": ID}}}},
            UpdateRecord,
        ),
        ("deleteOne", {"where": {"id": ID, "owner": {"is": {"id": ID}}}}, DeleteRecord),
    ],
)
def test_the_third_call_of_a_shape_is_bound(
    action: Any, arguments: dict[str, Any], kind: type[Step | RecordWrite]
) -> None:
    asked, request = Asked(), request_of(action, "Row", **arguments)
    assert [type(asked.step(request)) for _ in range(3)] == [type(None), type(None), kind]
    answers: Counter[str] = Counter()
    asked.check(request, answers)
    assert answers["bound"] == 1


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("createOne", {"data": {**NEW, "owner": {"create": {"id": ID}}}}),
        ("createOne", {"data": None}),
        ("updateOne", {"data": {}, "where": {"id": ID}}),
        ("updateOne", {"data": {"owner": {"disconnect": True}}, "where": {"id": ID}}),
        ("deleteOne", {"where": {"id": Text(ID)}}),
        ("deleteOne", {"where": {"id": ID, "whole": FieldReference("text")}}),
        ("upsertOne", {"data": {"create": NEW, "update": {}}, "where": {"id": ID}}),
        ("upsertOne", {"create": NEW, "where": {"id": ID}}),
        ("upsertOne", {"create": NEW, "update": None, "where": {"id": ID}}),
        ("upsertOne", {"create": NEW, "update": {"id": ID}, "where": {"id": ID}}),
        (
            "upsertOne",
            {"create": {**NEW, "owner": {"create": {}}}, "update": {}, "where": {"id": ID}},
        ),
        (
            "upsertOne",
            {"create": NEW, "update": {"owner": {"disconnect": True}}, "where": {"id": ID}},
        ),
        ("updateMany", {"data": {"text": "b"}}),
    ],
)
def test_what_goes_the_careful_way(action: Any, arguments: dict[str, Any]) -> None:
    assert Asked().known(action, "Row", **arguments) is None


OWNER: Final = Selection("owner", selections=(Selection("id"),))
OWNED: Final = Selection("owner", {"where": {"id": ID}}, (Selection("id"),))


@pytest.mark.parametrize("chosen", [OWNER, OWNED])
@pytest.mark.parametrize(
    ("action", "arguments", "kind"),
    [
        ("createOne", {"data": NEW}, CreateOne),
        ("updateOne", {"data": {"text": "b"}, "where": {"id": ID}}, UpdateRecord),
        ("updateOne", {"data": {}, "where": {"id": ID, "whole": 1}}, UpdateRecord),
        ("deleteOne", {"where": {"id": ID}}, DeleteRecord),
        ("upsertOne", {"where": {"id": ID}, "create": NEW, "update": {}}, UpsertRecord),
    ],
)
def test_an_answer_with_relations_is_planned(
    action: Any, arguments: dict[str, Any], kind: type[RecordWrite], chosen: Selection
) -> None:
    asked, answers = Asked(), Counter[str]()
    request = request_of(action, "Row", Selection("id"), chosen, **arguments)
    assert [type(asked.step(request)) for _ in range(3)] == [type(None), type(None), kind]
    asked.check(request, answers)
    others = Selection("owner", {"where": {"id": OTHER}}, chosen.selections)
    other = chosen if chosen is OWNER else others
    asked.check(request_of(action, "Row", Selection("id"), other, **arguments), answers)
    assert answers == {"bound": 2}


def test_what_other_records_refer_to_is_planned() -> None:
    asked = Asked(PLAIN)
    assert asked.known("updateOne", "Room", data={"code": 2}, where={"id": 1}) is None
    assert isinstance(asked.known("deleteOne", "Room", where={"id": 1}), DeleteRecord)
    assert isinstance(asked.known("deleteOne", "Note", where={"id": 1}), DeleteOne)


def test_what_changes_or_does_not_name_the_shard_key() -> None:
    asked, text = Asked(BY_ZONE), {"text": "b"}
    assert isinstance(asked.known("updateOne", "Note", data=text, where={"id": 1}), UpdateRecord)
    assert isinstance(asked.known("deleteOne", "Note", where={"id": 1}), DeleteRecord)
    named = {"id": 1, "zone": 7}
    assert isinstance(asked.known("updateOne", "Note", data=text, where=named), UpdateOne)
    assert asked.known("updateOne", "Note", data={"zone": 8}, where=named) is None
    assert isinstance(asked.known("deleteOne", "Note", where=named), DeleteOne)


def test_data_is_no_part_of_a_shape() -> None:
    asked = Asked()
    nested = {**NEW, "owner": {"create": {"id": ID}}}
    for _ in range(2):
        assert asked.step(request_of("createOne", "Row", data=nested)) is None
    assert asked.step(request_of("createOne", "Row", data=NEW)) is not None
    assert asked.step(request_of("createOne", "Row", data=nested)) is None
    for _ in range(2):
        asked.step(request_of("updateOne", "Row", data={"json": Json(1)}, where={"id": ID}))
    request = request_of("updateOne", "Row", data={"text": "a"}, where={"id": OTHER})
    assert asked.step(request) is not None


def test_an_argument_that_there_is_not_is_refused_each_time() -> None:
    asked, answers = Asked(), Counter[str]()
    assert asked.known("deleteOne", "Row", where={"id": ID}) is not None
    assert asked.known("upsertOne", "Row", where={"id": ID}, create=NEW, update={}) is not None
    extras: tuple[dict[str, Any], ...] = (
        *({"limit": None}, {"nothing": None}, {"limit": 1}),
        *({"take": None}, {"cursor": None}, {"data": None}, {"order": None}),
    )
    for extra in (*extras, {"data": NEW}, {"create": NEW}) * 3:
        asked.check(request_of("deleteOne", "Row", where={"id": ID}, **extra), answers)
    for extra in (*extras, {"data": NEW}) * 3:
        upsert = {"where": {"id": ID}, "create": NEW, "update": {}, **extra}
        asked.check(request_of("upsertOne", "Row", **upsert), answers)
    assert answers == {"refused": 51}


# --- other values ---


def changed(random: Random, value: Any) -> Any:
    """The value, or what an update does with it."""
    operator = random.choice((None, None, "set", "increment", "divide", "push", "add", "unset"))
    return value if operator is None else {operator: value}


def test_other_values_are_written_as_the_careful_way_writes_them() -> None:
    answers: Counter[str] = Counter()
    texts = (*TEXTS, ID, OTHER, ID, OTHER)

    def of_one_shape(seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a test's choices
        asked = Asked()
        beside = random.choice(({}, {}, {"whole": 1}, {"AND": [{"flag": True}, {"real": 1.5}]}))
        for number in range(12):
            is_likely = number < 3
            names = random.sample(NAMES, random.choice((0, 1, 1, 2, 3)))
            data = {name: changed(random, random.choice(VALUES)) for name in names}
            if is_likely or random.random() < 0.3:
                data = {"text": "a", "flag": random.random() < 0.5}
            value = ID if is_likely else random.choice((*texts, *OTHERS, *VALUES))
            where = {"id": value, **beside}
            owner = Selection("owner", {"where": {"id": value}}, (Selection("id"),))
            for chosen in ((), (Selection("id"), owner)):
                for request in (
                    request_of("createOne", "Row", *chosen, data={**NEW, **data}),
                    request_of("updateOne", "Row", *chosen, data=data, where=where),
                    request_of("deleteOne", "Row", *chosen, where=where),
                    request_of(
                        *("upsertOne", "Row", *chosen),
                        where=where,
                        create={**NEW, **data},
                        update=data,
                    ),
                ):
                    asked.check(request, answers)

    # Of a seed, so that choices are as likely as written.
    test: Callable[[], None] = settings(max_examples=300, deadline=None)(
        given(st.integers(0, 2**32))(of_one_shape)
    )
    test()
    assert min(answers[each] for each in ("bound", "refused", "careful")) > 500


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_every_field(name: str) -> None:
    asked, answers = Asked(), Counter[str]()
    assert asked.known("createOne", "Row", data=NEW) is not None
    assert asked.known("updateOne", "Row", data={"text": "a"}, where={"id": ID}) is not None
    for value in VALUES:
        request = request_of("createOne", "Row", data={**NEW, name: value})
        asked.check(request, answers)
        asked.check(
            request_of("updateOne", "Row", data={"flag": False, name: value}, where={"id": ID}),
            answers,
        )


def test_what_is_refused_is_refused_in_the_same_words() -> None:
    asked = Asked()

    def refusal(action: Any, arguments: dict[str, Any]) -> Any:
        with pytest.raises(PrismaError) as caught:
            asked.calls.prepared(request_of(action, "Row", **arguments), is_enclosed=False)
        return type(caught.value), str(caught.value), vars(caught.value)

    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("createOne", {"data": {**NEW, "whole": "x"}}),
        ("createOne", {"data": {"text": "a"}}),
        ("createOne", {"data": {**NEW, "nothing": 1}}),
        ("updateOne", {"data": {"text": None}, "where": {"id": ID}}),
        ("updateOne", {"data": {"id": ID}, "where": {"id": ID}}),
        ("updateOne", {"data": {"text": "\ud800"}, "where": {"id": ID}}),
        ("updateOne", {"data": {"text": "a"}, "where": {"id": "x"}}),
        ("deleteOne", {"where": {"id": ID + "0"}}),
        ("upsertOne", {"where": {"id": "x"}, "create": NEW, "update": {}}),
        ("upsertOne", {"where": {"id": ID}, "create": {"text": "a"}, "update": {}}),
        ("upsertOne", {"where": {"id": ID}, "create": NEW, "update": {"whole": "x"}}),
    )
    before = [refusal(*each) for each in wrong]
    right: tuple[tuple[Action, dict[str, Any]], ...] = (
        ("createOne", {"data": NEW}),
        ("updateOne", {"data": {"text": "b"}, "where": {"id": ID}}),
        ("deleteOne", {"where": {"id": ID}}),
        ("upsertOne", {"where": {"id": ID}, "create": NEW, "update": {"text": "b"}}),
    )
    for action, arguments in right:
        assert asked.known(action, "Row", **arguments) is not None
    assert [refusal(*each) for each in wrong] == before
