"""plan: filters by a relation to one, in two steps or joined."""

from __future__ import annotations

from typing import Any, Final

from prismongo.errors import data_error
from prismongo.query.nodes.filters import And, Compare, Complement, Filter, In, Or, Related
from prismongo.query.nodes.requests import Selection
from prismongo.query.nodes.rows import Row, Unreadable
from prismongo.query.nodes.steps import Aggregate, Find, Group, Step
from prismongo.query.plan.narrow import FEW
from prismongo.schema import parse
from tests.query.plan.driving import drive, included, kinds, plan, where_of

DATAMODEL: Final = parse(
    """
    datasource db {
      provider = "mongodb"
      url      = env("DATABASE_URL")
    }

    model Team {
      id      Int      @id @map("_id")
      name    String
      code    String   @unique
      players Player[]
    }

    model Player {
      id       Int      @id @map("_id")
      name     String
      teamCode String?  @map("team")
      team     Team?    @relation(fields: [teamCode], references: [code])
      profile  Profile?
    }

    model Profile {
      id       Int    @id @map("_id")
      text     String
      playerId Int    @unique
      player   Player @relation(fields: [playerId], references: [id])
    }
    """
)
NAMED: Final = {"team": {"is": {"name": "Reds"}}}
TEAMS: Final[list[Row]] = [{"code": "r"}, {"code": "s"}]


def steps_of(where: Any, *answers: Any, **arguments: Any) -> list[Step]:
    asked = plan("findMany", "Player", {"where": where, **arguments}, schema=DATAMODEL)
    return drive(asked, *answers)[0]


def last_filter(where: Any, *answers: Any) -> Filter:
    return where_of(steps_of(where, *answers, [])[-1])


def test_the_keys_are_read_and_become_the_filter() -> None:
    first, second = steps_of(NAMED, TEAMS, [])
    team = DATAMODEL.model["Team"]
    named = Compare(("name",), "eq", "Reds")
    assert first == Find(team, named, limit=FEW + 1, fields=(team.by_name["code"],))
    assert where_of(second) == In(("team",), ("r", "s"))


def test_no_key_finds_nothing_and_one_is_compared() -> None:
    assert last_filter(NAMED, []) == In(("team",), ())
    assert last_filter(NAMED, TEAMS[:1]) == Compare(("team",), "eq", "r")


def test_what_stands_beside_it_stays() -> None:
    named = Compare(("name",), "eq", "Ada")
    found = In(("team",), ("r", "s"))
    assert last_filter({"name": "Ada", **NAMED}, TEAMS) == And((named, found))
    assert last_filter({"OR": [{"name": "Ada"}, NAMED]}, TEAMS) == Or((named, found))


def test_not_is_read_by_what_must_not_match() -> None:
    found = last_filter({"team": {"isNot": {"name": "Reds"}}}, TEAMS)
    assert found == In(("team",), ("r", "s"))
    first, *_ = steps_of({"team": {"isNot": {"name": "Reds"}}}, TEAMS, [])
    assert isinstance(where_of(first), Complement)


def test_the_other_side_of_one_to_one() -> None:
    profiles: list[Row] = [{"playerId": 4}, {"playerId": 7}]
    assert last_filter({"profile": {"is": {"text": "x"}}}, profiles) == In(("_id",), (4, 7))


def test_a_relation_of_a_relation() -> None:
    asked = plan("findMany", "Profile", {"where": {"player": {"is": NAMED}}}, schema=DATAMODEL)
    steps, _ = drive(asked, TEAMS, [{"_id": 1}, {"_id": 2}], [])
    assert where_of(steps[1]) == In(("team",), ("r", "s"))
    assert where_of(steps[2]) == In(("playerId",), (1, 2))


def test_too_many_are_joined() -> None:
    many: list[Row] = [{"code": str(number)} for number in range(FEW + 1)]
    assert isinstance(last_filter(NAMED, many), Related)
    assert isinstance(last_filter(NAMED, many[:FEW]), In)
    long: list[Row] = [{"code": "x" * 1_000_000}, *({"code": "y" * 1_000_000} for _ in range(4))]
    assert isinstance(last_filter(NAMED, long), Related)


def test_keys_that_cannot_be_named_are_joined() -> None:
    for row in ({"code": ["r"]}, {"code": {"a": 1}}, Unreadable(data_error("P2023", "?"))):
        assert isinstance(last_filter(NAMED, [*TEAMS, row]), Related)
    assert last_filter(NAMED, [*TEAMS, {"code": None}]) == In(("team",), ("r", "s"))


def test_what_asks_only_whether_there_is_one_is_joined() -> None:
    asked: list[Any] = [{"team": None}, {"team": {"isNot": None}}, {"team": {"is": {}}}]
    for where in asked:
        (step,) = steps_of(where, [])
        assert isinstance(where_of(step), Related)


def test_counts_groups_and_included_pages_too() -> None:
    count = plan("aggregate", "Player", {"where": NAMED}, Selection("_count"), schema=DATAMODEL)
    steps, _ = drive(count, TEAMS, [{}])
    assert kinds(steps) == [Find, Aggregate]
    by_name = {"by": ["name"], "where": NAMED}
    group = plan("groupBy", "Player", by_name, Selection("name"), schema=DATAMODEL)
    steps, _ = drive(group, TEAMS, [])
    assert kinds(steps) == [Find, Group]
    page = included("players", where={"profile": {"is": {"text": "x"}}})
    asked = plan("findMany", "Team", {}, page, schema=DATAMODEL)
    steps, _ = drive(asked, TEAMS, [{"playerId": 4}], [])
    assert kinds(steps) == [Find, Find, Find]
    assert Compare(("_id",), "eq", 4) in getattr(where_of(steps[2]), "filters", ())
