"""Requests, and the calls of an engine, for the tests of calls of a known shape."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

import bson

from prismongo.engine.calls import Calls
from prismongo.engine.conflicts import Conflicts
from prismongo.query.nodes.operations import FindPage, FindUnique
from prismongo.query.nodes.requests import FieldReference, Name, Request, Selection
from prismongo.query.nodes.steps import Find, KnownFind
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.mongo.compile.commands import FindCommand
from prismongo.stores.mongo.compile.find import compile_find
from prismongo.stores.mongo.compile.known import compile_known
from tests.query.schemas import ID, datamodel

MOMENT: Final = datetime(2025, 6, 1, 12, 30, 15, 123_456, tzinfo=UTC)


class Careful:
    """The careful way on one schema, and new calls beside it."""

    def __init__(self, datamodel: Datamodel) -> None:
        self.datamodel = datamodel
        self.validator, self.planner = Validator(datamodel, "python"), Planner(datamodel)

    def calls(self) -> Calls:
        """The calls of a new engine."""
        return Calls(self.datamodel, {"python": self.validator}, self.planner, Conflicts(1))

    def find(self, request: Request) -> Find:
        """The first step, as every call gets it that is not known."""
        step = next(self.planner.plan(self.validator.validate(request)))
        assert isinstance(step, Find)
        return step


USERS: Final = Careful(datamodel())
VALIDATOR, PLANNER, new_calls = USERS.validator, USERS.planner, USERS.calls


class Text(str):
    """A subclass, of which the characters count."""

    __slots__ = ()


OTHER: Final = ID[::-1]
TEXTS: Final = (
    *("", "b", "é", "\ud800", "\0", "USER", "administrator", ID, OTHER, ID[:23], ID[:23] + "x"),
    *("2025-06-01T00:00:00Z", "2025-06-01", "2025-13-01T00:00:00Z", "1", "{", "x" * 40_000),
)
OTHERS: Final[tuple[Any, ...]] = (
    *(Text("a"), Text(ID), Name("USER"), MOMENT.date(), b"a", object(), None, True, 1, "a"),
    *(FieldReference("email"), FieldReference("age"), [], ["a"], [1, None], ("a",), {}, {"a": 1}),
)


def request_of(action: Any, model: str, *selections: Selection, **arguments: Any) -> Request:
    return Request(action, model, arguments, selections, words="python")


class Role(str, Enum):  # noqa: UP042 - as clients write them
    """The schema's enum, and a member that the schema has not."""

    USER = "USER"
    ADMIN = "ADMIN"
    NONE = "NONE"


def assert_same(
    found: KnownFind | FindPage | FindUnique, request: Request, way: Careful = USERS
) -> None:
    """It is what the careful way makes: the operation, or the step and the bytes that are sent."""
    if isinstance(found, FindPage | FindUnique):
        assert repr(found) == repr(way.validator.validate(request))
        return
    wanted = way.find(request)
    made, command = compile_known(found), compile_find(wanted)
    if isinstance(made, FindCommand) and isinstance(command, FindCommand):
        # By their bytes: NaN is not equal to itself.
        assert bson.encode(made.filter) == bson.encode(command.filter)
    assert repr(found.find) == repr(wanted)
    assert repr(made) == repr(command)


def known(calls: Calls, request: Request) -> KnownFind | FindPage | FindUnique | None:
    found = calls.find(request)
    if found is None or isinstance(found, FindPage | FindUnique):
        return found
    assert isinstance(found, tuple)
    assert isinstance(found[1], KnownFind)
    return found[1]
