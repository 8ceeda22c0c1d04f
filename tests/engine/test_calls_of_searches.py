"""Full-text searches of a known shape."""

from __future__ import annotations

from typing import Any

import pytest
from prisma.errors import PrismaError

from prismongo.engine.calls import Calls
from prismongo.engine.conflicts import Conflicts
from prismongo.query.nodes.operations import Operation
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.nodes.steps import KnownFind
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.validator import Validator
from prismongo.schema import parse
from prismongo.stores.mongo.compile.find import compile_find
from prismongo.stores.mongo.compile.known import compile_known

DATAMODEL = parse(
    """
    datasource db {
      provider = "mongodb"
      url      = env("DATABASE_URL")
    }

    model Note {
      id    String @id @map("_id")
      text  String
      stars Int
      @@fulltext([text])
    }

    model Page {
      id    String @id @map("_id")
      title String
      body  String
      stars Int
      @@fulltext([title, body])
    }
    """
)


class Asked:
    """The calls of a new engine, beside the careful way."""

    def __init__(self) -> None:
        self.validator, self.planner = Validator(DATAMODEL, "python"), Planner(DATAMODEL)
        self.calls = Calls(DATAMODEL, {"python": self.validator}, self.planner, Conflicts(1))

    def is_known(self, model: str, **arguments: Any) -> bool:
        """Whether the call is of a known shape; then it is what the careful way makes."""
        request = Request("findMany", model, arguments, (Selection("id"),), words="python")
        found = self.calls.find(request)
        wanted: Operation = self.validator.validate(request)
        if isinstance(found, tuple):
            step = next(self.planner.plan(wanted))
            assert isinstance(found[1], KnownFind)
            assert repr(compile_known(found[1])) == repr(compile_find(step))  # type: ignore[arg-type]
        elif found is not None:
            assert repr(found) == repr(wanted)
        return found is not None


@pytest.mark.parametrize(
    ("model", "search"),
    [
        ("Note", lambda text: {"text": {"search": text}}),
        ("Note", lambda text: {"AND": [{"text": {"search": text}}, {"stars": {"gt": 1}}]}),
        ("Page", lambda text: {"_search": text, "stars": 2}),
    ],
)
@pytest.mark.parametrize("order", [None, {"_relevance": "desc"}])
def test_the_third_search_of_a_shape_is_bound(model: str, search: Any, order: Any) -> None:
    asked = Asked()
    texts = ("a b", '"a phrase" -not', "é", "1")
    known = [asked.is_known(model, where=search(text), order=order) for text in texts]
    assert known == [False, False, True, True]


def test_a_text_that_the_order_repeats_goes_the_careful_way() -> None:
    asked = Asked()
    order = {"_relevance": {"search": "a", "sort": "desc"}}
    assert not any(asked.is_known("Page", where={"_search": "a"}, order=order) for _ in range(4))


@pytest.mark.parametrize("text", ["\0", "\ud800", None, 1])
def test_what_cannot_be_searched_is_refused_in_the_same_words(text: Any) -> None:
    asked = Asked()

    def refusal() -> str:
        where = {"text": {"search": text}}
        request = Request("findMany", "Note", {"where": where}, (Selection("id"),), words="python")
        with pytest.raises(PrismaError) as caught:
            asked.calls.prepared(request, is_enclosed=False)
        return str(caught.value)

    before = refusal()
    for _ in range(3):
        asked.is_known("Note", where={"text": {"search": "a"}})
    assert refusal() == before
