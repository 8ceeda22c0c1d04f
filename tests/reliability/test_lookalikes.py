"""Values that look like paths, variables or operators, in every place that takes a value.

On both stores: what is written is found again as it was, a filter finds the one record that holds
the very value, and what is no value here is refused.
"""

from __future__ import annotations

from typing import Any, Final, cast

import pytest
from prisma.errors import DataError
from prisma.fields import Json

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Request, Selection
from tests.behaviour.random_values import SCHEMA
from tests.engines import EngineFor

TEXTS: Final = (
    *(
        "$name",
        "$mail",
        "$hashedPassword",
        "$$ROOT",
        "$$REMOVE",
        "$$e",
        "$$i",
        "$",
        "$$",
        "$e.name",
    ),
    *("a.b", "home.city", "__proto__", "constructor", "^.*$", "(?i)A", "{$gt: ''}", '{"$gt": ""}'),
    *("$literal", "$eq", "5f5f5f5f5f5f5f5f5f5f5f5f", "null", "true", "-Infinity", "[]", "0"),
)
DOCUMENTS: Final[tuple[Any, ...]] = (
    {"$gt": ""},
    {"$ne": None},
    {"$where": "1"},
    {"$literal": "$name"},
    {"a": {"$gt": ""}},
    {"a": ["$name", "$$ROOT"]},
    {"$expr": {"$eq": [1, 1]}},
    {"a.b": 1, "$name": "$name"},
    {"": "", "__proto__": {"$regex": ".*", "x": 1}},
    [{"$gt": ""}, "$$ROOT", ["$name"]],
    ["$name"],
    *("$name", "$$ROOT"),
)
OPERATORS: Final[tuple[Any, ...]] = (
    {"$gt": ""},
    {"$ne": None},
    {"$regex": ".*"},
    {"$in": ["a"]},
    {"$literal": "a"},
    [{"$gt": ""}],
    {"a.b": 1},
    {"__proto__": 1},
)
DECOY: Final = "decoy"
NAMES: Final = tuple(Selection(name) for name in ("id", "name", "email", "tags", "data"))
PLACE: Final = Selection("home", selections=(Selection("city"), Selection("zip")))
PLACES: Final = Selection("places", selections=(Selection("city"),))

Object = dict[str, Any]


class User:
    """Asks about users, of whom the first is the decoy."""

    def __init__(self, engine: MongoEngine) -> None:
        self._engine = engine

    async def ask(self, action: Any, arguments: Object, *more: Selection) -> Any:
        """What the action answers, with `more` selected."""
        selections = () if action == "deleteMany" else (*NAMES, *more)
        return await self._engine.execute(
            Request(action, "User", arguments, selections), tx_id=None
        )

    async def groups(self, arguments: Object) -> Any:
        """The groups, by their names alone."""
        request = Request("groupBy", "User", arguments, (Selection("name"),))
        return await self._engine.execute(request, tx_id=None)

    async def create(self, number: int, **data: Any) -> Any:
        """A user of that id."""
        given = {"id": number, "name": DECOY * (number + 1)} | data
        return await self.ask("createOne", {"data": given}, PLACE, PLACES)

    async def ids(self, where: Object, **more: Any) -> list[int]:
        """The ids of those who are found."""
        found = await self.ask("findMany", {"where": where, "orderBy": {"id": "asc"}, **more})
        return [each["id"] for each in found]


@pytest.fixture
async def user(engine_for: EngineFor) -> User:
    return User(await engine_for(SCHEMA))


async def test_texts_are_written_as_they_are(user: User) -> None:
    for number, text in enumerate(TEXTS):
        place = {"city": text, "zip": 1}
        made = await user.create(
            number,
            name=text,
            email=text,
            tags=[text],
            home=place,
            places=[place],
            data=Json(cast(Any, {"a": text})),
        )
        assert (made["name"], made["email"], made["tags"]) == (text, text, [text])
        assert (made["home"]["city"], made["places"][0]["city"]) == (text, text)


async def test_texts_are_written_by_changes_as_they_are(user: User) -> None:
    await user.create(1, home={"city": "a"}, places=[{"city": "a"}], tags=["a"])
    for text in TEXTS:
        where = {"is": {"city": {"not": ""}}}
        data = {
            "email": {"set": text},
            "tags": {"push": text},
            "home": {"upsert": {"set": {"city": "b"}, "update": {"city": text}}},
            "places": {"updateMany": {"where": {"zip": {"isSet": False}}, "data": {"city": text}}},
        }
        changed = await user.ask(
            "updateOne", {"where": {"id": 1, "home": where}, "data": data}, PLACE, PLACES
        )
        assert (changed["email"], changed["tags"][-1]) == (text, text)
        assert (changed["home"]["city"], changed["places"][0]["city"]) == (text, text)
        pushed = await user.ask(
            "updateOne", {"where": {"id": 1}, "data": {"places": {"set": [{"city": text}]}}}, PLACES
        )
        assert pushed["places"] == [{"city": text}]


async def test_texts_are_written_by_nested_writes_as_they_are(user: User) -> None:
    for number, text in enumerate(TEXTS):
        posts = Selection("posts", selections=(Selection("title"),))
        data = {
            "id": number,
            "name": f"n{number}",
            "posts": {
                "create": [{"id": 2 * number, "title": text}],
                "connectOrCreate": {
                    "where": {"id": 2 * number + 1},
                    "create": {"id": 2 * number + 1, "title": text, "views": 1},
                },
            },
        }
        made = await user.ask("createOne", {"data": data}, posts)
        assert made["posts"] == [{"title": text}, {"title": text}]


async def test_filters_compare_with_the_text_itself(user: User) -> None:
    await user.create(0, email=DECOY, tags=[DECOY], home={"city": DECOY}, places=[{"city": DECOY}])
    for number, text in enumerate(TEXTS, 1):
        place = {"city": text}
        await user.create(number, name=text, email=text, tags=[text], home=place, places=[place])
        where: Object
        for where in (
            {"name": text},
            {"name": {"equals": text}},
            {"name": {"in": [text, "other"]}},
            {"name": {"gte": text, "lte": text}},
            {"NOT": {"name": {"not": text}}},
            {"tags": {"has": text}},
            {"tags": {"hasEvery": [text]}},
            {"tags": {"hasSome": [text, "other"]}},
            {"tags": {"equals": [text]}},
            {"home": {"is": {"city": text}}},
            {"home": {"equals": {"city": text}}},
            {"places": {"some": {"city": {"equals": text}}}},
            {"places": {"equals": [{"city": text}]}},
        ):
            assert await user.ids(where) == [number], (text, where)
        for match in ("contains", "startsWith", "endsWith"):
            for mode in ("default", "insensitive"):
                found = await user.ids({"name": {match: text, "mode": mode}})
                assert 0 not in found, (text, match, mode)
                assert number in found, (text, match, mode)


async def test_filters_of_related_records_compare_with_the_text_itself(user: User) -> None:
    for number, text in enumerate((DECOY, *TEXTS)):
        posts = {"create": {"id": number, "title": text}}
        await user.create(number, posts=posts)
    for number, text in enumerate(TEXTS, 1):
        assert await user.ids({"posts": {"some": {"title": text}}}) == [number]
        included = Selection("posts", {"where": {"title": text}}, (Selection("title"),))
        found = await user.ask("findMany", {"where": {"id": {"in": [0, number]}}}, included)
        assert [each["posts"] for each in found] == [[], [{"title": text}]]


async def test_changes_choose_elements_by_the_text_itself(user: User) -> None:
    for number, text in enumerate(TEXTS):
        cities = [{"city": DECOY}, {"city": text}]
        await user.create(number, places=cities)
        where = {"where": {"city": text}}
        changed = await user.ask(
            "updateOne",
            {
                "where": {"id": number},
                "data": {"places": {"updateMany": {**where, "data": {"zip": 7}}}},
            },
            Selection("places", selections=(Selection("city"), Selection("zip"))),
        )
        assert [each["zip"] for each in changed["places"]] == [None, 7]
        data = {"places": {"deleteMany": where}}
        changed = await user.ask("updateOne", {"where": {"id": number}, "data": data}, PLACES)
        assert changed["places"] == [{"city": DECOY}]


async def test_pages_and_groups_compare_with_the_text_itself(user: User) -> None:
    for number, text in enumerate((DECOY, *sorted(TEXTS))):
        await user.create(number, name=text)
    for number, text in enumerate(sorted(TEXTS), 1):
        assert await user.ids({}, cursor={"name": text}, take=1) == [number]
        for having in ({"equals": text}, {"_max": {"equals": text}}):
            grouped = {"by": ["name"], "having": {"name": having}}
            assert await user.groups(grouped) == [{"name": text}]


async def test_documents_are_json_and_nothing_else(user: User) -> None:
    for number, document in enumerate(DOCUMENTS):
        made = await user.create(number, data=Json(document))
        read = made["data"]
        assert await user.ids({"data": {"equals": Json(document)}}) == [number], document
        assert number not in await user.ids({"data": {"not": Json(document)}}), document
        changed = await user.ask(
            "updateOne", {"where": {"id": number}, "data": {"data": Json(document)}}
        )
        assert changed["data"] == read


@pytest.mark.parametrize("number", range(len(OPERATORS)))
async def test_operators_are_refused_wherever_a_value_is_taken(user: User, number: int) -> None:
    await user.create(1, home={"city": "a"}, places=[{"city": "a"}], tags=["a"])
    value = OPERATORS[number]
    where: Object
    for where in (
        {"name": value},
        {"name": {"equals": value}},
        {"name": {"not": value}},
        {"name": {"in": value}},
        {"name": {"contains": value}},
        {"age": value},
        {"age": {"lt": value}},
        {"kind": value},
        {"seen": value},
        {"raw": value},
        {"data": value},
        {"data": {"equals": value}},
        {"tags": {"has": value}},
        {"home": value},
        {"home": {"is": value}},
        {"home": {"is": {"city": value}}},
        {"places": {"some": {"city": value}}},
        {"places": {"equals": value}},
        {"posts": {"some": {"title": value}}},
        {"posts": {"some": value}},
        {"profile": {"is": value}},
        {"AND": value},
        {"NOT": [value]},
        {"OR": [{"name": value}]},
    ):
        for action in ("findMany", "deleteMany"):
            with pytest.raises(DataError):
                await user.ask(action, {"where": where})
    for data in (
        {"name": value},
        {"age": value},
        {"kind": value},
        {"data": value},
        {"tags": value},
        {"tags": [value]},
        {"home": value},
        {"home": {"city": value}},
        {"places": [{"city": value}]},
        {"posts": {"create": value}},
        {"posts": {"create": {"id": 1, "title": value}}},
        {"posts": {"connect": value}},
        {"profile": {"create": {"id": 1, "bio": value}}},
    ):
        with pytest.raises(DataError):
            await user.create(2, **data)
        with pytest.raises(DataError):
            await user.ask("updateOne", {"where": {"id": 1}, "data": data})
    for arguments in (
        {"orderBy": value},
        {"orderBy": {"name": value}},
        {"cursor": value},
        {"cursor": {"name": value}},
        {"take": value},
        {"skip": value},
        {"distinct": value},
    ):
        with pytest.raises(DataError):
            await user.ask("findMany", arguments)
    assert await user.ids({}) == [1]


@pytest.mark.parametrize("name", TEXTS)
async def test_no_text_becomes_a_name(user: User, name: str) -> None:
    arguments: Object
    for arguments in (
        {"where": {name: 1}},
        {"orderBy": {name: "asc"}},
        {"orderBy": {"name": name}},
        {"cursor": {name: 1}},
        {"distinct": [name]},
        {"where": {"name": {name: "a"}}},
        {"where": {"posts": {name: {}}}},
        {"where": {"home": {"is": {name: 1}}}},
    ):
        with pytest.raises(DataError):
            await user.ask("findMany", arguments)
    for data in ({name: 1}, {"home": {"city": "a", name: 1}}, {"posts": {name: {"id": 1}}}):
        with pytest.raises(DataError):
            await user.create(1, **data)
    with pytest.raises(DataError):
        await user.ask("findMany", {}, Selection(name))
    for grouping in ({"by": [name]}, {"by": ["name"], "having": {name: 1}}):
        with pytest.raises(DataError):
            await user.ask("groupBy", grouping)
