"""Generated writers make what the way field by field makes, and refuse nothing themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import bson
import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from prisma.errors import PrismaError

from prismongo.fields import Base64, Json
from prismongo.query.nodes.operations import CreateMany
from prismongo.query.nodes.requests import Name, Request
from prismongo.query.validate import writers
from prismongo.query.validate.validator import Validator
from prismongo.query.validate.writers import Writers
from prismongo.schema import parse

DATAMODEL: Final = parse(
    """
    datasource db {
      provider = "mongodb"
      url      = env("DATABASE_URL")
    }

    enum Color {
      RED
      BLUE @map("blue")
    }

    type Part {
      text  String
      count Int    @default(1)
      inner Part?
    }

    model Row {
      id      String   @id @map("_id") @db.ObjectId
      text    String
      note    String?
      other   String?  @db.ObjectId
      flag    Boolean  @default(true)
      whole   Int      @default(7)
      small   Int?     @db.Int
      big     BigInt?
      real    Float?
      exact   Decimal?
      moment  DateTime @default(now())
      stamp   DateTime? @db.Timestamp
      changed DateTime @updatedAt
      json    Json     @default("{}")
      bytes   Bytes?
      color   Color    @default(BLUE)
      texts   String[]
      colors  Color[]
      ids     String[] @db.ObjectId
      part    Part?
      parts   Part[]
      hidden  String?  @ignore
      rowId   String?  @db.ObjectId
      owner   Owner?   @relation(fields: [rowId], references: [id])
    }

    model Owner {
      id   String @id @map("_id") @db.ObjectId
      rows Row[]
    }
    """
)
MOMENT: Final = datetime(2025, 6, 1, 12, 30, 15, 123_456, tzinfo=UTC)
ID: Final = "0123456789abcdefABCDEF01"


class Text(str):
    """A subclass, of which the characters count."""

    __slots__ = ()


class Shade(str, Enum):  # noqa: UP042 - as clients write them
    """An enum of a client's own."""

    RED = "RED"


VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 1.0, 1.5),
    *("", "a", "é", "\ud800", "\0", "RED", "blue", "BLUE", "12", ID, ID[:23], ID + "0"),
    *(ID[:12] + " " + ID[13:], ID[:22] + "é0", Text("a"), Text(ID), Shade.RED, Name("RED")),
    *(ObjectId(ID), MOMENT, MOMENT.replace(microsecond=0), MOMENT.replace(tzinfo=None)),
    *(
        MOMENT.astimezone(timezone(timedelta(hours=2))),
        datetime.max.replace(tzinfo=UTC),
        "2025-06-01T00:00:00Z",
    ),
    *(Decimal("1.5"), Json({"a": 1}), Base64.encode(b"a"), b"a", float("nan"), object()),
    *([], ["a"], [ID], ["RED"], [None], ("a",), {"set": ["a"]}, {"set": None}, {}, {"a": 1}),
    *({"text": "a"}, {"text": 1}, {"count": 2}, [{"text": "a", "inner": {"text": "b"}}]),
)
NAMES: Final = (*DATAMODEL.model["Row"].by_name, "nothing", "$set")
RECORDS: Final = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=6)
LIKELY: Final = st.fixed_dictionaries(
    {"id": st.just(ID), "text": st.sampled_from(("a", "é", Text("b"), 1))},
    optional={
        "flag": st.sampled_from((True, False, 1)),
        "whole": st.sampled_from((0, 2**63 - 1, 2**63, 1.0, True)),
        "moment": st.sampled_from((MOMENT, MOMENT.replace(microsecond=1_000), "x")),
        "color": st.sampled_from(("RED", "BLUE", "blue", Shade.RED)),
        "other": st.sampled_from((None, ID, ObjectId(ID), ID[:12] + " " + ID[13:])),
        "texts": st.sampled_from((["a"], [], None)),
        "part": st.sampled_from((None, {"text": "a"}, {"text": None})),
    },
)


class Careful(Writers):
    """Leaves everything to the way field by field."""

    def document(self, *_: Any) -> None:
        return None

    def documents(self, *_: Any) -> None:
        return None


def answer(validator: Validator, data: Any) -> Any:
    """The documents, as BSON, or the error; the time of the request is another each time."""
    try:
        operation = validator.validate(Request("createMany", "Row", {"data": data}, words="python"))
    except (PrismaError, TypeError) as error:
        return type(error), str(error), getattr(error, "meta", None)
    assert isinstance(operation, CreateMany)
    return [
        (
            list(document),
            bson.encode(
                {
                    **document,
                    "changed": given_or_none(item, "changed", document),
                    "moment": given_or_none(item, "moment", document),
                }
            ),
        )
        for item, document in zip(data, operation.documents, strict=True)
    ]


def given_or_none(item: Mapping[str, Any], name: str, document: Mapping[str, Any]) -> Any:
    if name in item:
        return document[name]
    assert isinstance(document[name], datetime)
    return None


@pytest.fixture(scope="module", params=[writers.MANY, 1], ids=["few", "many"])
def validators(request: pytest.FixtureRequest) -> Iterator[tuple[Validator, Validator]]:
    """One that uses generated functions, and one that does not; and how many records are many."""
    quick, careful = Validator(DATAMODEL, "python"), Validator(DATAMODEL, "python")
    careful._writers = Careful(DATAMODEL, careful._values, careful._layouts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writers, "MANY", request.param)
        yield quick, careful


@settings(max_examples=600, deadline=None)
@given(data=st.lists(RECORDS | LIKELY, min_size=1, max_size=3))
def test_the_same_documents_and_errors(
    validators: tuple[Validator, Validator], data: list[dict[str, Any]]
) -> None:
    quick, careful = validators
    assert answer(quick, data) == answer(careful, data)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_every_field(validators: tuple[Validator, Validator], name: str) -> None:
    quick, careful = validators
    for value in VALUES:
        data = [{"id": ID, "text": "a", name: value}]
        assert answer(quick, data) == answer(careful, data), value


def test_usual_data_takes_the_quick_way() -> None:
    validator = Validator(DATAMODEL, "python")
    present = MOMENT.replace(microsecond=0)
    data = {"id": ID, "text": "a", "other": None, "whole": 3, "texts": ["x"], "part": {"text": "a"}}
    document = validator._writers.document(DATAMODEL.model["Row"], data, lambda _: present)
    assert document is not None
    assert list(document)[:4] == ["_id", "text", "other", "flag"]
    assert document["moment"] == document["changed"] == present


def test_many_records_of_the_same_fields_have_a_function_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writers, "MANY", 100)
    model, present = DATAMODEL.model["Row"], MOMENT.replace(microsecond=0)
    found = Validator(DATAMODEL, "python")._writers
    data = [{"id": ID, "text": str(number)} for number in range(writers.MANY)]
    documents = found.documents(model, data, lambda _: present)
    assert documents is not None
    assert [each["text"] for each in documents] == [each["text"] for each in data]
    assert list(found._alike) == [("Row", frozenset({"id", "text"}))]
    assert found.documents(model, [*data, {**data[0], "flag": False}], lambda _: present)
    assert found.documents(model, data[1:], lambda _: present)
    assert len(found._alike) == 1
    for unlike in ({"id": ID}, {"id": ID, "text": 1}, {"id": ID, "nothing": 1}, {}):
        assert found.documents(model, [unlike] * writers.MANY, lambda _: present) is None


def test_so_many_of_these_functions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "MANY", 1)
    monkeypatch.setattr(writers, "FUNCTIONS", 2)
    found = Validator(DATAMODEL, "python")._writers
    for name in ("note", "whole", "flag", "real"):
        data = [{"id": ID, "text": "a", name: None if name == "note" else 1}] * writers.MANY
        found.documents(DATAMODEL.model["Row"], data, lambda _: MOMENT)
        assert found._alike
        assert len(found._alike) <= 2
