"""Updating and upserting related records through the one they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Team {
  id      Int      @id @map("_id")
  name    String
  leagueId Int?
  league  League?  @relation(fields: [leagueId], references: [id])
  players Player[]
}

model League {
  id    Int    @id @map("_id")
  title String
  data  Int?
  teams Team[]
}

model Player {
  id     Int    @id @map("_id")
  nick   String @unique
  goals  Int    @default(0)
  teamId Int?
  team   Team?  @relation(fields: [teamId], references: [id])
  shirts Shirt[]
}

model Shirt {
  id       Int     @id @map("_id")
  colour   String
  playerId Int
  player   Player  @relation(fields: [playerId], references: [id])
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    engine = await engine_for(SCHEMA)
    league = {"create": {"id": 1, "title": "First", "data": 4}}
    shirts = {"create": {"id": 1, "colour": "red"}}
    players = {"create": [{"id": 1, "nick": "ann", "shirts": shirts}, {"id": 2, "nick": "bob"}]}
    data = {"id": 1, "name": "Reds", "league": league, "players": players}
    await ask(engine, "createOne", "Team", data=data)
    await ask(engine, "createOne", "Team", data={"id": 2, "name": "Blues"})
    await ask(engine, "createOne", "Player", data={"id": 3, "nick": "cid"})
    return engine


async def team(engine: MongoEngine, data: Any, *select: str | Selection, number: int = 1) -> Any:
    return await ask(engine, "updateOne", "Team", *select, where={"id": number}, data=data)


def goals(stored: Stored) -> list[int]:
    return [player["goals"] for player in stored("Player")]


class TestUpdateInAList:
    @pytest.mark.parametrize(
        ("data", "then"),
        [
            ({"where": {"id": 1}, "data": {"goals": 7}}, [7, 0, 0]),
            ({"where": {"nick": "bob"}, "data": {"goals": {"increment": 2}}}, [0, 2, 0]),
            ({"where": {"id": 1, "nick": "ann"}, "data": {"goals": 7}}, [7, 0, 0]),
            (
                [
                    {"where": {"id": 1}, "data": {"goals": 1}},
                    {"where": {"id": 2}, "data": {"goals": 2}},
                ],
                [1, 2, 0],
            ),
            (
                [
                    {"where": {"id": 1}, "data": {"goals": 1}},
                    {"where": {"id": 1}, "data": {"goals": {"multiply": 9}}},
                ],
                [9, 0, 0],
            ),
        ],
    )
    async def test_one_or_some(
        self, engine: MongoEngine, stored: Stored, data: Any, then: list[int]
    ) -> None:
        await team(engine, {"players": {"update": data}})
        assert goals(stored) == then

    @pytest.mark.parametrize("where", [{"id": 3}, {"id": 9}, {"id": 1, "nick": "bob"}])
    async def test_only_what_belongs_to_it(
        self, engine: MongoEngine, stored: Stored, where: Any
    ) -> None:
        data = {"name": "X", "players": {"update": {"where": where, "data": {"goals": 1}}}}
        error = await refused(team(engine, data))
        assert error.code == "P2025"
        assert goals(stored) == [0, 0, 0]
        assert stored("Team")[0]["name"] == "Reds"

    async def test_to_any_depth(self, engine: MongoEngine, stored: Stored) -> None:
        shirts = {"update": {"where": {"id": 1}, "data": {"colour": "pink"}}}
        update = {"where": {"id": 1}, "data": {"goals": {"increment": 1}, "shirts": shirts}}
        players = {"update": update}
        teams = {"update": {"where": {"id": 1}, "data": {"name": "Roses", "players": players}}}
        await ask(engine, "updateOne", "League", where={"id": 1}, data={"teams": teams})
        assert stored("Team")[0]["name"] == "Roses"
        assert goals(stored) == [1, 0, 0]
        assert stored("Shirt") == [{"_id": 1, "colour": "pink", "playerId": 1}]

    @pytest.mark.parametrize(
        "data",
        [
            {"where": {"id": 1}},
            {"data": {"goals": 1}},
            {"where": {}, "data": {"goals": 1}},
            {"where": {"goals": 0}, "data": {"goals": 1}},
            {"where": {"id": 1}, "data": {"teamId": 2}},
            {"where": {"id": 1}, "data": {"team": {"disconnect": True}}},
            {"where": {"id": 1}, "data": {"id": 7}},
            {"goals": 1},
        ],
    )
    async def test_what_cannot_be_said(
        self, engine: MongoEngine, stored: Stored, data: Any
    ) -> None:
        error = await refused(team(engine, {"players": {"update": data}}))
        assert error.code == "P2009"
        assert goals(stored) == [0, 0, 0]


class TestUpdateOfOne:
    @pytest.mark.parametrize(
        ("data", "then"),
        [
            ({"title": "Top"}, ("Top", 4)),
            ({"data": {"title": "Top"}}, None),  # the target has a field of that name
            ({"data": {"increment": 1}}, ("First", 5)),
            ({"data": 9}, ("First", 9)),
            ({}, ("First", 4)),
        ],
    )
    async def test_with_a_field_named_data(
        self, engine: MongoEngine, stored: Stored, data: Any, then: tuple[str, int] | None
    ) -> None:
        asked = team(engine, {"league": {"update": data}})
        if then is None:
            assert (await refused(asked)).code == "P2009"
        else:
            await asked
            (league,) = stored("League")
            assert (league["title"], league["data"]) == then

    @pytest.mark.parametrize(
        ("update", "name"),
        [
            ({"name": "X"}, "X"),
            ({"data": {"name": "X"}}, "X"),
            ({"where": {"name": "Reds"}, "data": {"name": "X"}}, "X"),
            (
                {"where": {"leagueId": 1, "players": {"some": {"id": 2}}}, "data": {"name": "X"}},
                "X",
            ),
            ({"where": {"name": "Blues"}, "data": {"name": "X"}}, None),
        ],
    )
    async def test_with_a_condition(
        self, engine: MongoEngine, stored: Stored, update: Any, name: str | None
    ) -> None:
        data, found = {"team": {"update": update}}, selected("team", "name")
        asked = ask(engine, "updateOne", "Player", found, where={"id": 1}, data=data)
        if name is None:
            assert (await refused(asked)).code == "P2025"
        else:
            assert await asked == {"team": {"name": name}}
        assert stored("Team")[0]["name"] == (name or "Reds")

    async def test_there_is_none(self, engine: MongoEngine) -> None:
        error = await refused(team(engine, {"league": {"update": {"title": "X"}}}, number=2))
        assert error.code == "P2025"


class TestUpsert:
    @pytest.mark.parametrize("nick", ["ann", "dan"])
    async def test_in_a_list(self, engine: MongoEngine, stored: Stored, nick: str) -> None:
        create = {"id": 4, "nick": nick, "shirts": {"create": {"id": 4, "colour": "x"}}}
        update = {"goals": 5, "shirts": {"create": {"id": 5, "colour": "x"}}}
        players = {"upsert": {"where": {"nick": nick}, "create": create, "update": update}}
        await team(engine, {"players": players})
        if nick == "ann":
            assert goals(stored) == [5, 0, 0]
            assert [shirt["_id"] for shirt in stored("Shirt")] == [1, 5]
        else:
            assert stored("Player")[3] == {"_id": 4, "nick": "dan", "goals": 0, "teamId": 1}
            assert [shirt["_id"] for shirt in stored("Shirt")] == [1, 4]

    async def test_a_record_of_nobody_is_not_the_one(
        self, pushed_for: EngineFor, engine: MongoEngine, stored: Stored
    ) -> None:
        await pushed_for(SCHEMA)
        before = stored("Player")
        create = {"id": 4, "nick": "cid"}
        players = {"upsert": {"where": {"nick": "cid"}, "create": create, "update": {"goals": 5}}}
        error = await refused(team(engine, {"players": players}))
        assert error.code == "P2002"
        assert stored("Player") == before

    @pytest.mark.parametrize(("number", "title"), [(1, "Second"), (2, "Third")])
    async def test_from_the_side_of_the_key(
        self, engine: MongoEngine, stored: Stored, number: int, title: str
    ) -> None:
        league = {"upsert": {"create": {"id": 3, "title": "Third"}, "update": {"title": "Second"}}}
        answer = await team(engine, {"league": league}, selected("league", "title"), number=number)
        assert answer == {"league": {"title": title}}
        assert [team.get("leagueId") for team in stored("Team")] == [1, {1: None, 2: 3}[number]]

    async def test_a_condition_that_does_not_hold_makes_another(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        create = {"id": 3, "title": "Third"}
        upsert = {"where": {"title": "Last"}, "create": create, "update": {"title": "X"}}
        await team(engine, {"league": {"upsert": upsert}})
        assert [league["title"] for league in stored("League")] == ["First", "Third"]
        assert stored("Team")[0]["leagueId"] == 3

    async def test_inside_an_upsert(self, engine: MongoEngine, stored: Stored) -> None:
        player = {"create": {"id": 4, "nick": "dan"}, "update": {"goals": {"increment": 3}}}
        update = {"players": {"upsert": {"where": {"id": 4}, **player}}}
        upsert = {"where": {"id": 2}, "create": {"id": 5, "name": "new"}, "update": update}
        for scored in (0, 3):
            players = selected("players", "id goals")
            answer = await ask(engine, "upsertOne", "Team", players, **upsert)
            assert answer == {"players": [{"id": 4, "goals": scored}]}
        assert stored("Player")[3] == {"_id": 4, "nick": "dan", "goals": 3, "teamId": 2}


class TestUpdateMany:
    @pytest.mark.parametrize(
        ("data", "then"),
        [
            ({"where": {}, "data": {"goals": 2}}, [2, 2, 0]),
            (
                {"where": {"nick": {"startsWith": "b"}}, "data": {"goals": {"decrement": 1}}},
                [0, -1, 0],
            ),
            ({"where": {"id": 3}, "data": {"goals": 2}}, [0, 0, 0]),
            (
                [
                    {"where": {"id": 1}, "data": {"goals": 1}},
                    {"where": {"goals": 1}, "data": {"goals": 5}},
                ],
                [5, 0, 0],
            ),
        ],
    )
    async def test_those_that_belong_and_fit(
        self, engine: MongoEngine, stored: Stored, data: Any, then: list[int]
    ) -> None:
        await team(engine, {"players": {"updateMany": data}})
        assert goals(stored) == then

    async def test_no_relations(self, engine: MongoEngine) -> None:
        data = {"players": {"updateMany": {"where": {}, "data": {"team": {"disconnect": True}}}}}
        assert (await refused(team(engine, data))).code == "P2009"


async def test_everything_at_once(engine: MongoEngine, stored: Stored) -> None:
    """The order is that of the words, whichever it is."""
    players = {
        "create": {"id": 4, "nick": "dan"},
        "connect": {"id": 3},
        "update": {"where": {"id": 4}, "data": {"goals": 1}},
        "updateMany": {"where": {"goals": 0}, "data": {"goals": 9}},
        "disconnect": {"id": 1},
        "delete": {"id": 2},
    }
    data = {"name": "Whites", "league": {"update": {"title": "Second"}}, "players": players}
    chosen = selected("players", "id goals", orderBy={"id": "asc"})
    answer = await team(engine, data, "name", selected("league", "title"), chosen)
    assert answer == {
        "name": "Whites",
        "league": {"title": "Second"},
        "players": [{"id": 3, "goals": 9}, {"id": 4, "goals": 1}],
    }
    assert [player["_id"] for player in stored("Player")] == [1, 3, 4]
    assert stored("Player")[0]["teamId"] is None
