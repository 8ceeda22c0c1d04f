"""Records created inside records: in either direction, to any depth, all of them or none."""

from __future__ import annotations

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused
from tests.behaviour.conftest import EngineFor, Stored

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


def create(data: str, selection: str = "id", model: str = "Album") -> str:
    return f"mutation {{ createOne{model}(data: {data}) {{ {selection} }} }}"


class TestInACreate:
    async def test_children(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            create(
                """{id: 1, title: "One", tracks: {create: [
                  {id: 10, title: "a"}, {id: 11, title: "b"}
                ]}}""",
                "title tracks { id title albumId }",
            ),
        )
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
        await ask(engine, create('{id: 1, title: "One", tracks: {create: {id: 9, title: "a"}}}'))
        assert stored("Track") == [{"_id": 9, "title": "a", "albumId": 1}]

    async def test_a_parent_found_by_another_field_than_the_id(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        answer = await ask(
            engine,
            create(
                '{id: 1, title: "One", label: {create: {id: 5, tag: "mute"}}}',
                "tag label { id albums { id } }",
            ),
        )
        assert answer == {"tag": "mute", "label": {"id": 5, "albums": [{"id": 1}]}}
        assert stored("Album") == [{"_id": 1, "title": "One", "label_tag": "mute"}]
        assert stored("Label") == [{"_id": 5, "tag": "mute"}]

    async def test_upward_to_any_depth(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            create(
                """{id: 100, track: {create: {id: 10, title: "a",
                  album: {create: {id: 1, title: "One", label: {create: {id: 5, tag: "mute"}}}}
                }}}""",
                "text track { id album { id label { id } } }",
                "Verse",
            ),
        )
        assert answer == {
            "text": "la",
            "track": {"id": 10, "album": {"id": 1, "label": {"id": 5}}},
        }
        assert stored("Verse") == [{"_id": 100, "text": "la", "trackId": 10}]
        assert stored("Track") == [{"_id": 10, "title": "a", "albumId": 1}]
        assert stored("Album") == [{"_id": 1, "title": "One", "label_tag": "mute"}]

    async def test_downward_to_any_depth(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            create(
                """{id: 5, tag: "mute", albums: {create: [
                  {id: 1, title: "One", tracks: {create: [
                    {id: 10, title: "a", verses: {create: [{id: 100}, {id: 101}]}},
                    {id: 11, title: "b", verses: {create: {id: 110}}}
                  ]}},
                  {id: 2, title: "Two"}
                ]}}""",
                "albums { id tracks { id verses { id } } }",
                "Label",
            ),
        )
        verses = [[{"id": 100}, {"id": 101}], [{"id": 110}]]
        assert answer == {
            "albums": [
                {
                    "id": 1,
                    "tracks": [{"id": 10, "verses": verses[0]}, {"id": 11, "verses": verses[1]}],
                },
                {"id": 2, "tracks": []},
            ]
        }
        assert [album["label_tag"] for album in stored("Album")] == ["mute", "mute"]
        assert [verse["trackId"] for verse in stored("Verse")] == [10, 10, 11]

    async def test_the_way_back_is_closed(self, engine: MongoEngine, stored: Stored) -> None:
        error = await refused(
            engine,
            create(
                """{id: 10, title: "a", album: {create: {id: 1, title: "One",
                  tracks: {create: {id: 11, title: "b"}}
                }}}""",
                model="Track",
            ),
        )
        assert error.code == "P2009"
        assert stored("Track") == []

    async def test_create_many(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            create(
                """{id: 1, title: "One", tracks: {
                  createMany: {data: [{id: 10, title: "a"}, {id: 11, title: "b"}]},
                  create: {id: 12, title: "c"}
                }}""",
                "tracks { id }",
            ),
        )
        assert answer == {"tracks": [{"id": 10}, {"id": 11}, {"id": 12}]}
        assert {track["albumId"] for track in stored("Track")} == {1}

    async def test_an_empty_list_of_children(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            create(
                '{id: 1, title: "One", tracks: {create: [], createMany: {data: []}, connect: []}}'
            ),
        )
        assert len(stored("Album")) == 1
        assert stored("Track") == []


class TestInAnUpdate:
    @pytest.fixture
    async def album(self, engine: MongoEngine) -> None:
        await ask(engine, create('{id: 1, title: "One", tracks: {create: {id: 10, title: "a"}}}'))

    @pytest.mark.usefixtures("album")
    async def test_children(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            """mutation { updateOneAlbum(where: {id: 1}, data: {
              title: "Uno",
              tracks: {create: {id: 11, title: "b"}, createMany: {data: {id: 12, title: "c"}}}
            }) { title tracks { id } } }""",
        )
        assert answer == {"title": "Uno", "tracks": [{"id": 10}, {"id": 11}, {"id": 12}]}
        assert {track["albumId"] for track in stored("Track")} == {1}

    @pytest.mark.usefixtures("album")
    async def test_a_parent_takes_the_place_of_the_last(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        for number in (5, 6):
            answer = await ask(
                engine,
                f"""mutation {{ updateOneAlbum(where: {{id: 1}}, data: {{
                  label: {{create: {{id: {number}, tag: "t{number}"}}}}
                }}) {{ label {{ id }} }} }}""",
            )
            assert answer == {"label": {"id": number}}
        assert stored("Album")[0]["label_tag"] == "t6"
        assert len(stored("Label")) == 2

    @pytest.mark.usefixtures("album")
    async def test_in_a_nested_update(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine,
            """mutation { updateOneAlbum(where: {id: 1}, data: {
              tracks: {update: {where: {id: 10}, data: {verses: {create: {id: 100}}}}}
            }) { id } }""",
        )
        assert stored("Verse") == [{"_id": 100, "text": "la", "trackId": 10}]


class TestAllOrNothing:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            # a taken id, deep inside
            (
                """{id: 2, title: "Two", tracks: {create: {
                  id: 20, title: "x", verses: {create: [{id: 200}, {id: 200}]}
                }}}""",
                "P2002",
            ),
            # what is to be connected is not there
            ('{id: 2, title: "Two", label: {connect: {tag: "none"}}}', "P2025"),
            ('{id: 2, title: "Two", tracks: {create: {id: 20}}}', "P2009"),
            ('{id: 2, title: "Two", tracks: {create: {id: 20, title: "x", albumId: 2}}}', "P2009"),
            (
                '{id: 2, title: "Two", tracks: {create: {id: 20, title: "x", '
                "album: {connect: {id: 2}}}}}",
                "P2009",
            ),
            ('{id: 2, title: "Two", tracks: {create: null}}', "P2009"),
            ('{id: 2, title: "Two", label: {create: null}}', "P2009"),
            (
                '{id: 2, title: "Two", label: {create: {id: 1, tag: "t"}, connect: {id: 1}}}',
                "P2009",
            ),
            ('{id: 2, title: "Two", label: {create: [{id: 1, tag: "t"}]}}', "P2009"),
            ('{id: 2, title: "Two", tracks: {update: {where: {id: 1}, data: {}}}}', "P2009"),
        ],
    )
    async def test_refused(self, engine: MongoEngine, stored: Stored, data: str, code: str) -> None:
        error = await refused(engine, create(data))
        assert error.code == code
        assert stored("Album") == stored("Track") == stored("Verse") == stored("Label") == []

    async def test_a_required_parent_must_be_given(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        error = await refused(engine, create('{id: 1, title: "a"}', "id", "Track"))
        assert error.code == "P2009"
        await ask(engine, create('{id: 1, title: "a", albumId: 77}', "id", "Track"))
        assert stored("Track") == [{"_id": 1, "title": "a", "albumId": 77}]
