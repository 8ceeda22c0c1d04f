"""Records created inside records: in either direction, to any depth, all of them or none."""

from __future__ import annotations

from typing import Any

import pytest

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Album {
  id     Int     @id @map("_id")
  title  String
  label  Label?  @relation(fields: [tag], references: [tag])
  tag    String? @map("label_tag")
  tracks Track[]
}

model Label {
  id     Int     @id @map("_id")
  tag    String  @unique
  albums Album[]
}

model Track {
  id      Int     @id @map("_id")
  title   String
  album   Album   @relation(fields: [albumId], references: [id])
  albumId Int
  verses  Verse[]
}

model Verse {
  id      Int    @id @map("_id")
  text    String @default("la")
  track   Track  @relation(fields: [trackId], references: [id])
  trackId Int
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


async def create(
    engine: MongoEngine, data: Any, *select: str | Selection, model: str = "Album"
) -> Any:
    return await ask(engine, "createOne", model, *select, data=data)


class TestInACreate:
    async def test_children(self, engine: MongoEngine, stored: Stored) -> None:
        tracks = {"create": [{"id": 10, "title": "a"}, {"id": 11, "title": "b"}]}
        data = {"id": 1, "title": "One", "tracks": tracks}
        answer = await create(engine, data, "title", selected("tracks", "id title albumId"))
        assert answer == {
            "title": "One",
            "tracks": [
                {"id": 10, "title": "a", "albumId": 1},
                {"id": 11, "title": "b", "albumId": 1},
            ],
        }
        assert stored("Album") == [{"_id": 1, "title": "One"}]
        assert stored("Track") == [
            {"_id": 10, "title": "a", "albumId": 1},
            {"_id": 11, "title": "b", "albumId": 1},
        ]

    async def test_one_child_without_a_list(self, engine: MongoEngine, stored: Stored) -> None:
        data = {"id": 1, "title": "One", "tracks": {"create": {"id": 9, "title": "a"}}}
        await create(engine, data)
        assert stored("Track") == [{"_id": 9, "title": "a", "albumId": 1}]

    async def test_a_parent_found_by_another_field_than_the_id(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        data = {"id": 1, "title": "One", "label": {"create": {"id": 5, "tag": "mute"}}}
        answer = await create(engine, data, "tag", selected("label", "id", selected("albums")))
        assert answer == {"tag": "mute", "label": {"id": 5, "albums": [{"id": 1}]}}
        assert stored("Album") == [{"_id": 1, "title": "One", "label_tag": "mute"}]
        assert stored("Label") == [{"_id": 5, "tag": "mute"}]

    async def test_upward_to_any_depth(self, engine: MongoEngine, stored: Stored) -> None:
        album = {"create": {"id": 1, "title": "One", "label": {"create": {"id": 5, "tag": "mute"}}}}
        data = {"id": 100, "track": {"create": {"id": 10, "title": "a", "album": album}}}
        track = selected("track", "id", selected("album", "id", selected("label")))
        answer = await create(engine, data, "text", track, model="Verse")
        assert answer == {
            "text": "la",
            "track": {"id": 10, "album": {"id": 1, "label": {"id": 5}}},
        }
        assert stored("Verse") == [{"_id": 100, "text": "la", "trackId": 10}]
        assert stored("Track") == [{"_id": 10, "title": "a", "albumId": 1}]
        assert stored("Album") == [{"_id": 1, "title": "One", "label_tag": "mute"}]

    async def test_downward_to_any_depth(self, engine: MongoEngine, stored: Stored) -> None:
        tracks = [
            {"id": 10, "title": "a", "verses": {"create": [{"id": 100}, {"id": 101}]}},
            {"id": 11, "title": "b", "verses": {"create": {"id": 110}}},
        ]
        one = {"id": 1, "title": "One", "tracks": {"create": tracks}}
        data = {"id": 5, "tag": "mute", "albums": {"create": [one, {"id": 2, "title": "Two"}]}}
        albums = selected("albums", "id", selected("tracks", "id", selected("verses")))
        answer = await create(engine, data, albums, model="Label")
        first, second = [{"id": 100}, {"id": 101}], [{"id": 110}]
        found = [{"id": 10, "verses": first}, {"id": 11, "verses": second}]
        assert answer == {"albums": [{"id": 1, "tracks": found}, {"id": 2, "tracks": []}]}
        assert [album["label_tag"] for album in stored("Album")] == ["mute", "mute"]
        assert [verse["trackId"] for verse in stored("Verse")] == [10, 10, 11]

    async def test_the_way_back_is_closed(self, engine: MongoEngine, stored: Stored) -> None:
        tracks = {"create": {"id": 11, "title": "b"}}
        album = {"create": {"id": 1, "title": "One", "tracks": tracks}}
        data = {"id": 10, "title": "a", "album": album}
        error = await refused(create(engine, data, model="Track"))
        assert error.code == "P2009"
        assert stored("Track") == []

    async def test_create_many(self, engine: MongoEngine, stored: Stored) -> None:
        create_many = {"data": [{"id": 10, "title": "a"}, {"id": 11, "title": "b"}]}
        tracks = {"createMany": create_many, "create": {"id": 12, "title": "c"}}
        data = {"id": 1, "title": "One", "tracks": tracks}
        answer = await create(engine, data, selected("tracks"))
        assert answer == {"tracks": [{"id": 10}, {"id": 11}, {"id": 12}]}
        assert {track["albumId"] for track in stored("Track")} == {1}

    async def test_an_empty_list_of_children(self, engine: MongoEngine, stored: Stored) -> None:
        tracks = {"create": [], "createMany": {"data": []}, "connect": []}
        await create(engine, {"id": 1, "title": "One", "tracks": tracks})
        assert len(stored("Album")) == 1
        assert stored("Track") == []


class TestInAnUpdate:
    @pytest.fixture
    async def album(self, engine: MongoEngine) -> None:
        data = {"id": 1, "title": "One", "tracks": {"create": {"id": 10, "title": "a"}}}
        await create(engine, data)

    @pytest.mark.usefixtures("album")
    async def test_children(self, engine: MongoEngine, stored: Stored) -> None:
        create_many = {"data": {"id": 12, "title": "c"}}
        tracks = {"create": {"id": 11, "title": "b"}, "createMany": create_many}
        data = {"title": "Uno", "tracks": tracks}
        chosen = "title", selected("tracks")
        answer = await ask(engine, "updateOne", "Album", *chosen, where={"id": 1}, data=data)
        assert answer == {"title": "Uno", "tracks": [{"id": 10}, {"id": 11}, {"id": 12}]}
        assert {track["albumId"] for track in stored("Track")} == {1}

    @pytest.mark.usefixtures("album")
    async def test_a_parent_takes_the_place_of_the_last(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        for number in (5, 6):
            data = {"label": {"create": {"id": number, "tag": f"t{number}"}}}
            label = selected("label")
            answer = await ask(engine, "updateOne", "Album", label, where={"id": 1}, data=data)
            assert answer == {"label": {"id": number}}
        assert stored("Album")[0]["label_tag"] == "t6"
        assert len(stored("Label")) == 2

    @pytest.mark.usefixtures("album")
    async def test_in_a_nested_update(self, engine: MongoEngine, stored: Stored) -> None:
        tracks = {"update": {"where": {"id": 10}, "data": {"verses": {"create": {"id": 100}}}}}
        await ask(engine, "updateOne", "Album", where={"id": 1}, data={"tracks": tracks})
        assert stored("Verse") == [{"_id": 100, "text": "la", "trackId": 10}]


TRACK = {"id": 20, "title": "x"}


class TestAllOrNothing:
    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            # a taken id, deep inside
            ("tracks", {"create": {**TRACK, "verses": {"create": [{"id": 1}] * 2}}}, "P2002"),
            # what is to be connected is not there
            ("label", {"connect": {"tag": "none"}}, "P2025"),
            ("tracks", {"create": {"id": 20}}, "P2009"),
            ("tracks", {"create": {**TRACK, "albumId": 2}}, "P2009"),
            ("tracks", {"create": {**TRACK, "album": {"connect": {"id": 2}}}}, "P2009"),
            ("tracks", {"create": None}, "P2009"),
            ("label", {"create": None}, "P2009"),
            ("label", {"create": {"id": 1, "tag": "t"}, "connect": {"id": 1}}, "P2009"),
            ("label", {"create": [{"id": 1, "tag": "t"}]}, "P2009"),
            ("tracks", {"update": {"where": {"id": 1}, "data": {}}}, "P2009"),
        ],
    )
    async def test_refused(
        self, engine: MongoEngine, stored: Stored, name: str, data: Any, code: str
    ) -> None:
        error = await refused(create(engine, {"id": 2, "title": "Two", name: data}))
        assert error.code == code
        assert stored("Album") == stored("Track") == stored("Verse") == stored("Label") == []

    async def test_a_required_parent_must_be_given(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        error = await refused(create(engine, {"id": 1, "title": "a"}, model="Track"))
        assert error.code == "P2009"
        await create(engine, {"id": 1, "title": "a", "albumId": 77}, model="Track")
        assert stored("Track") == [{"_id": 1, "title": "a", "albumId": 77}]
