"""`create_partial`: what a partial type generator asks for, and upstream's errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from prisma.errors import UnknownRelationalFieldError
from prisma.models import Community, InstanceSettings, User

from prismongo.client.partial import COLLECTED, GENERATING, PartialField, PartialType


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PartialType]]:
    """What is asked for while a client is generated."""
    monkeypatch.setenv(GENERATING, "true")
    found: list[PartialType] = []
    token = COLLECTED.set(found)
    yield found
    COLLECTED.reset(token)


def test_outside_of_generation() -> None:
    with pytest.raises(RuntimeError, match="outside of client generation"):
        User.create_partial("Other")


def test_all_fields_some_or_all_but_some(collected: list[PartialType]) -> None:
    User.create_partial("Whole")
    User.create_partial("Some", include={"id", "username"})
    User.create_partial("Most", exclude=["bio"])
    User.create_partial("Plain", exclude_relational_fields=True)
    whole, some, most, plain = collected
    left_out = {"counts", "hashedPassword"}  # nobody asked for the one, the other is `@omit`
    names = [name for name in User.model_fields if name not in left_out]
    assert [field.name for field in whole.fields] == names
    assert {field.name for field in some.fields} == {"id", "username"}
    assert [field.name for field in most.fields] == [n for n in names if n != "bio"]
    assert "files" not in {field.name for field in plain.fields}
    assert {each.model for each in collected} == {"User"}


def test_fields_have_the_order_of_the_model(collected: list[PartialType]) -> None:
    User.create_partial("Some", include=["role", "username", "id"])  # a set may have this order
    assert [field.name for field in collected[0].fields] == ["id", "username", "role"]


def test_required_optional_and_relations(collected: list[PartialType]) -> None:
    User.create_partial("Name", include=["username"])
    Community.create_partial(
        "Card",
        include=["name", "description", "owner"],
        required=["description", "owner"],
        optional=["name"],
        relations={"owner": "Name"},
    )
    assert collected[1].fields == (
        PartialField("name", is_optional=True),
        PartialField("description", is_optional=False),
        PartialField("owner", is_optional=False, partial="Name"),
    )


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"include": ["id"], "exclude": ["id"]}, TypeError, "mutually exclusive"),
    ({"include": ["id"], "exclude_relational_fields": True}, TypeError, "mutually exclusive"),
    ({"required": ["bio"], "optional": ["bio"]}, ValueError, r"required and optional \{'bio'\}"),
    (
        {"exclude_relational_fields": True, "relations": {"files": "X"}},
        ValueError,
        "exclude_relational_fields and relations are mutually exclusive",
    ),
    ({"include": ["nobody"]}, ValueError, "nobody is not a valid User / Other field."),
    ({"exclude": ["nobody"]}, ValueError, "nobody is not a valid User / Other field."),
    ({"optional": ["nobody"]}, ValueError, "nobody is not a valid User / Other field."),
    ({"relations": {"bio": "X"}}, UnknownRelationalFieldError, '"bio" either does not exist'),
    ({"relations": {"files": "X"}}, ValueError, 'Unknown partial type: "X".'),
]


@pytest.mark.parametrize(("asked", "error", "words"), WRONG, ids=lambda item: str(item)[:40])
@pytest.mark.usefixtures("collected")
def test_what_cannot_be(asked: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        User.create_partial("Other", **asked)


@pytest.mark.usefixtures("collected")
def test_a_name_twice_and_a_model_without_relations() -> None:
    InstanceSettings.create_partial("Own")
    with pytest.raises(ValueError, match='"Own" has already been created'):
        User.create_partial("Own")
    relations: Any = {"files": "Own"}
    with pytest.raises(ValueError, match='"InstanceSettings" has no relational fields'):
        InstanceSettings.create_partial("Other", relations=relations)
