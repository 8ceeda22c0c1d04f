"""Names at the top of a document → action and model. No server."""

from __future__ import annotations

import pytest
from prisma.errors import FieldNotFoundError

from prismongo.engine.graphql.parse import parse_document
from prismongo.engine.graphql.roots import request_of, root_names
from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.requests import Request, Selection
from prismongo.schema.datamodel import Datamodel, Field, Model

ID = Field("id", "scalar", "Int", "_id", is_id=True)


def datamodel(*names: str, ignored: str = "") -> Datamodel:
    models = [Model(name, name, (ID,)) for name in names]
    hidden = [Model(ignored, ignored, (ID,), ignored=True)] if ignored else []
    return Datamodel((*models, *hidden))


def request(text: str, model: Datamodel) -> Request:
    (field,) = parse_document(text)
    return request_of(field, root_names(model))


def asked(text: str, model: Datamodel) -> tuple[str, str | None]:
    found = request(text, model)
    return found.action, found.model


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("findUniqueUser", "findUnique"),
        ("findUniqueUserOrThrow", "findUniqueOrThrow"),
        ("findFirstUser", "findFirst"),
        ("findFirstUserOrThrow", "findFirstOrThrow"),
        ("findManyUser", "findMany"),
        ("aggregateUser", "aggregate"),
        ("groupByUser", "groupBy"),
        ("findUserRaw", "findRaw"),
        ("aggregateUserRaw", "aggregateRaw"),
        ("createOneUser", "createOne"),
        ("createManyUser", "createMany"),
        ("updateOneUser", "updateOne"),
        ("updateManyUser", "updateMany"),
        ("upsertOneUser", "upsertOne"),
        ("deleteOneUser", "deleteOne"),
        ("deleteManyUser", "deleteMany"),
    ],
)
def test_every_action_of_a_model(name: str, action: str) -> None:
    written = ("create", "update", "upsert", "delete")
    kind = "mutation" if name.startswith(written) else "query"
    found = request(f"{kind} {{ {name}(where: {{}}) {{ id }} }}", datamodel("User"))
    assert found == Request(action, "User", {"where": {}}, (Selection("id"),))  # type: ignore[arg-type]  # of the table


def test_a_command_has_no_model() -> None:
    found = request('mutation { runCommandRaw(command: "{}") }', datamodel("User"))
    assert found == Request("runCommandRaw", None, {"command": "{}"})


@pytest.mark.parametrize("model", ["ManyOr", "OrThrow", "Raw", "OneMany", "Throw"])
def test_a_model_may_be_called_like_a_part_of_a_name(model: str) -> None:
    models = datamodel("User", model)
    assert asked(f"{{ findMany{model} {{ id }} }}", models) == ("findMany", model)
    assert asked(f"{{ findFirst{model}OrThrow {{ id }} }}", models) == ("findFirstOrThrow", model)
    assert asked(f"mutation {{ createOne{model} {{ id }} }}", models) == ("createOne", model)
    assert asked(f"{{ find{model}Raw }}", models) == ("findRaw", model)


def test_a_small_first_letter_is_written_as_it_is_or_as_a_capital() -> None:
    models = datamodel("user")
    assert asked("{ findManyuser { id } }", models) == ("findMany", "user")
    assert asked("{ findManyUser { id } }", models) == ("findMany", "user")


def test_the_own_spelling_comes_first() -> None:
    models = datamodel("user", "User")
    assert asked("{ findManyuser { id } }", models) == ("findMany", "user")
    assert asked("{ findManyUser { id } }", models) == ("findMany", "User")


@pytest.mark.parametrize(
    "text",
    [
        "{ findManyGhost { id } }",
        "{ findMany { id } }",
        "{ FindManyUser { id } }",
        "{ findManyUserOrThrow { id } }",
        "{ findManyHidden { id } }",
        "{ createOneUser { id } }",
        "{ runCommandRaw { id } }",
        "mutation { findManyUser { id } }",
    ],
)
def test_a_name_that_there_is_not(text: str) -> None:
    with pytest.raises(FieldNotFoundError) as caught:
        request(text, datamodel("User", ignored="Hidden"))
    assert caught.value.code == "P2009"


@pytest.mark.parametrize(
    "text",
    ["{ findManyUser }", "{ aggregateUser }", "{ findUniqueUser }", "mutation { deleteManyUser }"],
)
def test_something_must_be_selected(text: str) -> None:
    with pytest.raises(FieldNotFoundError, match="minimum of 1 field") as caught:
        request(text, datamodel("User"))
    assert caught.value.code == "P2009"


@pytest.mark.parametrize("name", ["executeRaw", "queryRaw"])
def test_sql_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnsupportedOperationError, match=name):
        request(f'mutation {{ {name}(query: "SELECT 1") }}', datamodel("User"))
