"""Indexes of every kind refuse the same documents in memory as on a server, at random."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, Final

from prisma.errors import PrismaError
from prisma.fields import Json
from pymongo import MongoClient

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action, Request, Selection
from prismongo.schema import parse
from prismongo.stores.memory import Memory
from prismongo.url import url_database
from tests.behaviour.both import both_engines, encoded
from tests.engines import HEADER, Document

TYPES: Final = """
type P {
  city String?
  zip  Int?
  tags String[]
}

type Q {
  p  P?
  ps P[]
}

"""
MODEL: Final = """
model NAME {
  id   Int      @id @map("_id")
  list String[]
  real Float?
  data Json?
  flag Boolean?
  text String?
  n    Int?
  p    P?
  ps   P[]
  q    Q?

  INDEX
}
"""
INDEXES: Final = {
    "List": "@@unique([list])",
    "Real": "@@unique([real])",
    "Data": "@@unique([data])",
    "Flag": "@@unique([flag])",
    "Text": "@@unique([text(sort: Desc), n])",
    "OfComposite": "@@unique([p.city])",
    "OfComposites": "@@unique([ps.zip, n])",
    "OfOneList": "@@unique([ps.zip, ps.city])",
    "ListAndNumber": "@@unique([list, n])",
    "ListInList": "@@unique([q.ps.tags])",
    "TwoLists": "@@unique([list, ps.zip])",
    "TwoListsNotUnique": "@@index([list, ps.zip])",
    "JsonAndList": "@@index([data, list])",
    "Deep": "@@unique([q.p.city, q.p.zip])",
    "Sparse": "/// @sparse\n  @@unique([text, real])",
    "SparseList": "/// @sparse\n  @@unique([list])",
    "SparseDeep": "/// @sparse\n  @@unique([p.city])",
    "Above": '/// @partial({"n": {"$gt": 5}})\n  @@unique([text])',
    "Between": '/// @partial({"real": {"$gte": -1, "$lt": 1}})\n  @@unique([text])',
    "Element": '/// @partial({"list": "a"})\n  @@unique([real])',
    "OfType": '/// @partial({"data": {"$type": "object"}, "n": {"$exists": true}})\n'
    "  @@unique([text])",
    "Either": '/// @partial({"$or": [{"n": {"$lte": 1}}, {"flag": true}]})\n  @@unique([text])',
    "OneOf": '/// @partial({"n": {"$in": [1, 6, null]}})\n  @@unique([text])',
    "Below": '/// @partial({"ps.zip": {"$lt": 2}})\n  @@unique([text])',
    "Null": '/// @partial({"p": {"$eq": null}})\n  @@unique([text])',
    "NotUnique": '/// @partial({"n": 1})\n  @@index([list, ps.zip])',
}
SCHEMA: Final = TYPES + "".join(
    MODEL.replace("NAME", name).replace("INDEX", index) for name, index in INDEXES.items()
)
JSONS: Final[tuple[Any, ...]] = ({}, {"a": 1}, [], [1], 1, 1.0, "a", [[]], [{}], [None])
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "list": ([], ["a"], ["a", "b"], ["b", "b"], ["c"], ["d", "e"]),
    "real": (0.0, -0.0, 1.0, None),
    "data": (None, *map(Json, JSONS)),
    "flag": (True, False, None),
    "text": ("a", "b", "c", None),
    "n": (1, 6, 7, None),
    "p": (None, {"city": "x"}, {"city": "y"}, {"city": None}, {}, {"city": "x", "zip": 1}),
    "ps": (
        [],
        [{}],
        [{"zip": 1}],
        [{"zip": 1}, {"zip": None}],
        [{"zip": 2, "city": "x"}, {"zip": 1}],
        [{"zip": 1, "city": "x"}, {"zip": 2}],
    ),
    "q": (
        None,
        {},
        {"ps": []},
        {"ps": [{}]},
        {"ps": [{"tags": []}]},
        {"ps": [{"tags": ["t"]}, {"tags": ["t", "u"]}]},
        {"ps": [{"tags": ["v"]}, {"tags": ["w", "u"]}]},
        {"p": None},
        {"p": {"city": "x"}},
        {"p": {"city": "x", "zip": 2}},
    ),
}
LISTS: Final = ("list", "ps")
DOCUMENTS: Final = 60
"""How many documents each index is offered."""


def requests(name: str) -> list[Request]:
    """Creates, of which some are refused, and now and then a change of all that is there."""
    random = Random(name)  # noqa: S311 - a test's data
    found: list[Request] = []

    def some(at_least: int, at_most: int) -> dict[str, Any]:
        names = random.sample(sorted(VALUES), random.randint(at_least, at_most))
        return {each: random.choice(VALUES[each]) for each in names}

    def asked(action: Action, selection: str, **arguments: Any) -> None:
        found.append(Request(action, name, arguments, (Selection(selection),)))

    for number in range(DOCUMENTS):
        asked("createOne", "id", data={"id": number, **some(2, 6)})
        if random.random() < 0.4:
            data = {k: {"set": v} if k in LISTS else v for k, v in some(1, 2).items()}
            asked(
                "updateMany", "count", where={"id": {"gte": random.randint(0, number)}}, data=data
            )
        if random.random() < 0.2:
            asked("deleteMany", "count", where={"text": random.choice(VALUES["text"][:3])})
    return found


async def answer(engine: MongoEngine, request: Request) -> tuple[Any, ...]:
    try:
        return ("ok", await engine.execute(request, tx_id=None))
    except PrismaError as error:
        return (type(error), getattr(error, "code", None), str(error))


def by_id(documents: Iterable[Document]) -> dict[int, bytes]:
    return {row["_id"]: encoded(row) for row in documents}


async def test_the_same_documents_are_refused(
    mongo_url: str, mongo_client: MongoClient[Document]
) -> None:
    memory, name = Memory(), url_database(mongo_url)
    async with both_engines(parse(HEADER + SCHEMA), mongo_url, memory, w=1) as (mongo, fake):
        for index in INDEXES:
            refused = 0
            for request in requests(index):
                theirs = await answer(mongo, request)
                refused += theirs[0] != "ok"
                assert await answer(fake, request) == theirs, (index, request)
            assert by_id(memory.tables[index]) == by_id(mongo_client[name][index].find())
            assert refused, f"{index} has refused nothing"
