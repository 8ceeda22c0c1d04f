"""Errors for callers: every code is documented, has a class and an HTTP status."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest
from prisma.errors import (
    ClientNotConnectedError,
    PrismaError,
    TransactionNotStartedError,
    UniqueViolationError,
)
from prisma.models import User

from prismongo import errors
from prismongo.containers.validation import ValidationError
from prismongo.errors import (
    CLASS_BY_CODE,
    HTTP_STATUS,
    ConfigurationError,
    ConnectionError,
    NotConnectedError,
    NotStartedError,
    SchemaError,
    TransactionError,
    TransactionExpiredError,
    data_error,
    http_status,
    with_kept,
)
from prismongo.stores.codes import name_of
from prismongo.stores.mongo.codes import SERVER_CODES
from tests.project import TOP

CODE: Final = re.compile(r"P[12]\d{3}")
PROMISED: Final = (
    *("P1000", "P1001", "P1002", "P1013", "P2002", "P2003", "P2009", "P2010", "P2011", "P2012"),
    *("P2014", "P2015", "P2017", "P2018", "P2019", "P2020", "P2021", "P2023", "P2024", "P2025"),
    *("P2026", "P2028", "P2031", "P2034"),
)
"""What the project has promised to have."""


def rows() -> Iterator[list[str]]:
    """The rows of the page's tables that begin with a code."""
    for line in (TOP / "docs" / "errors.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if CODE.fullmatch(cells[0]):
            yield cells


DOCUMENTED: Final = {row[0]: row for row in rows()}


def codes_in_source() -> set[str]:
    """Every code that a module of ours writes, but in prose."""
    found: set[str] = set()
    for room in ("prismongo", "database", "containers"):
        for path in (TOP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                    found.add(str(node.value))
    return found


def test_what_is_raised_is_documented_and_nothing_else() -> None:
    assert codes_in_source() == set(DOCUMENTED)
    assert set(PROMISED) <= set(DOCUMENTED)


def test_every_code_has_the_http_status_that_is_documented() -> None:
    assert {code: int(row[1]) for code, row in DOCUMENTED.items()} == HTTP_STATUS


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_a_code_has_a_cause_a_remedy_and_its_class(code: str) -> None:
    row = DOCUMENTED[code]
    assert len(row) == (4 if code.startswith("P1") else 5)
    assert all(row[:2])
    assert row[-2]
    assert row[-1] or code in ("P2015", "P2025")
    kind = CLASS_BY_CODE.get(code)
    if kind is not None:
        assert f"`{kind.__name__}`" in row[2]


def test_the_servers_codes_are_documented_by_their_names() -> None:
    _, _, section = (TOP / "docs" / "errors.md").read_text().partition("## Codes of the server")
    documented = {
        int(number): (code, name)
        for code, listed in re.findall(r"^\| (P\d{4}): \| (.*) \|$", section, re.MULTILINE)
        for number, name in (each.split(" ") for each in listed.split(", "))
    }
    assert documented == {number: (code, name_of(number)) for number, code in SERVER_CODES.items()}
    assert {code for code, _ in documented.values()} <= set(DOCUMENTED)


def test_words_for_callers_are_upstreams() -> None:
    for code in CLASS_BY_CODE:
        error = data_error(code, f"{code}.", {"table": "x"})
        assert isinstance(error, CLASS_BY_CODE[code])
        assert (error.code, str(error)) == (code, f"{code}.")


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (ConnectionError("x", code="P1001"), "P1001", 503),
        (SchemaError("x", 1, 2), "P1012", 500),
        (ConfigurationError("x"), "P1012", 500),
        (NotStartedError("x"), "P1001", 503),
        (NotConnectedError(), "P1001", 503),
        (TransactionError("x"), "P2028", 503),
        (TransactionExpiredError("x"), "P2028", 503),
        (data_error("P2002", "x"), "P2002", 409),
        (data_error("P2025", "x"), "P2025", 404),
        (data_error("P2009", "x"), "P2009", 400),
        (ClientNotConnectedError(), None, 503),
        (data_error("P9999", "x"), "P9999", 500),
        (PrismaError("x"), None, 500),
        (KeyError("x"), None, 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_http_status(error: Exception, code: str | None, status: int) -> None:
    assert getattr(error, "code", None) == code
    assert http_status(error) == status
    if code is not None:
        assert isinstance(error, PrismaError)
        assert isinstance(getattr(error, "meta", None), dict)


def test_the_table_may_be_extended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HTTP_STATUS, "P2002", 422)
    monkeypatch.setitem(HTTP_STATUS, "P9999", 418)
    assert http_status(data_error("P2002", "x")) == 422
    assert http_status(data_error("P9999", "x")) == 418


def test_every_class_of_ours_is_one_of_upstreams_and_in_the_tree() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    ours = [each for each in kinds if each.__module__ == errors.__name__]
    assert ours
    for kind in ours:
        assert issubclass(kind, PrismaError)
        assert kind.__name__ in (errors.__doc__ or "")


def test_the_page_is_linked() -> None:
    for page in ("README.md", "CHANGELOG.md"):
        assert "docs/errors.md" in (TOP / page).read_text()


MISTAKE: Final = SchemaError("It has no type.", 1, 7, text="model User")
CROSSING: Final[list[PrismaError]] = [
    *(data_error(code, "It failed.", {"target": ["email"]}) for code in sorted(HTTP_STATUS)),
    errors.WriteConcernError({}),
    errors.ArgumentTypeError({}),
    MISTAKE,
    SchemaError.joined([MISTAKE, MISTAKE]),
    errors.SelectionError(User, "name", "there is no such field"),
    ConfigurationError("It is not set."),
    errors.MongodNotFoundError("There is none."),
    ConnectionError("It is down.", code="P1001", meta={"host": "db"}),
    NotStartedError("Start it."),
    NotConnectedError(),
    errors.ChangeStreamError("It ended.", token="82"),
    errors.HistoryLostError(
        "Too late.", since=datetime(2024, 1, 1, tzinfo=UTC), meta={}, token="8"
    ),
    errors.CollectionGoneError("It was dropped.", meta={"models": ["User"]}),
    errors.SlowConsumerError("It was full."),
    errors.OversizedChangeError("It is too large."),
    TransactionError("It failed."),
    TransactionExpiredError("It is over."),
    TransactionNotStartedError(),
    ClientNotConnectedError(),
    with_kept(data_error("P2002", "It is taken.", {"target": ["email"]}), 1, 2),
    ValidationError(["one", "two"]),
]


@pytest.mark.parametrize("error", CROSSING, ids=lambda each: type(each).__name__)
def test_an_error_of_another_process_is_the_same(error: PrismaError) -> None:
    error.add_note("in the worker")
    made = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(made), str(made), made.args) == (type(error), str(error), error.args)
    attributes, parts = vars(made), vars(error)
    assert {key: str(value) for key, value in attributes.items()} == {
        key: str(value) for key, value in parts.items()
    }


def test_every_error_of_ours_is_among_them() -> None:
    ours = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, PrismaError)
    }
    assert ours - {type(error) for error in CROSSING} == set()


def test_one_of_the_application_is_the_same() -> None:
    made = pickle.loads(pickle.dumps(TakenError({}, name="ada")))  # noqa: S301 - our own
    assert isinstance(made, TakenError)
    assert made.name == "ada"


class TakenError(UniqueViolationError):
    """An application's own."""

    def __init__(self, data: dict[str, object], *, name: str) -> None:
        self.name = name
        super().__init__(data)
