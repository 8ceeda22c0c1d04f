"""Full-text searches of a known shape."""

from __future__ import annotations

from typing import Any

import pytest
from prisma.errors import PrismaError

from prismongo.engine.calls import Calls
from prismongo.query.nodes.requests import Selection
from prismongo.schema import parse
from tests.engine.calls import Careful, assert_same, known, request_of

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


WAY = Careful(DATAMODEL)


def is_known(calls: Calls, model: str, **arguments: Any) -> bool:
    """Whether the call is of a known shape; then it is what the careful way makes."""
    request = request_of("findMany", model, Selection("id"), **arguments)
    found = known(calls, request)
    if found is not None:
        assert_same(found, request, WAY)
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
    calls = WAY.calls()
    texts = ("a b", '"a phrase" -not', "é", "1")
    known = [is_known(calls, model, where=search(text), order=order) for text in texts]
    assert known == [False, False, True, True]


def test_a_text_that_the_order_repeats_goes_the_careful_way() -> None:
    calls = WAY.calls()
    order = {"_relevance": {"search": "a", "sort": "desc"}}
    assert not any(is_known(calls, "Page", where={"_search": "a"}, order=order) for _ in range(4))


@pytest.mark.parametrize("text", ["\0", "\ud800", None, 1])
def test_what_cannot_be_searched_is_refused_in_the_same_words(text: Any) -> None:
    calls = WAY.calls()

    def refusal() -> str:
        where = {"text": {"search": text}}
        request = request_of("findMany", "Note", Selection("id"), where=where)
        with pytest.raises(PrismaError) as caught:
            calls.prepared(request, is_enclosed=False)
        return str(caught.value)

    before = refusal()
    for _ in range(3):
        is_known(calls, "Note", where={"text": {"search": "a"}})
    assert refusal() == before
