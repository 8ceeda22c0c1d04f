"""Composite types on the client: models of pydantic, their filters, changes and order."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.errors import DataError, FieldNotFoundError, MissingRequiredValueError
from pydantic import BaseModel

HOME: Final[Any] = {"street": "1 High Street"}
ADA: Final[Any] = {"name": "Ada", "email": "ada@example.org", "home": HOME}


async def test_values_are_models(db: Any, package: Any) -> None:
    geo = {"latitude": 1.5, "longitude": 2}
    made = await db.user.create({**ADA, "work": {**HOME, "geo": geo}, "others": [HOME, HOME]})
    address, position = package.models.Address, package.models.Geo
    assert type(made.home) is address
    assert (made.home.street, made.home.city, made.home.zip) == ("1 High Street", "Zürich", None)
    assert made.home.labels == []
    assert made.home.kind == "BUYER"
    assert made.work.geo == position(latitude=1.5, longitude=2.0)
    assert [type(each) for each in made.others] == [address, address]
    found = await db.user.find_first()
    assert found == made
    whole = await db.user.find_first(omit={"secret": False})
    assert type(whole)(**whole.model_dump()) == whole
    assert type(whole).model_validate_json(whole.model_dump_json()) == whole


async def test_none_and_nothing(db: Any) -> None:
    bare = await db.user.create(ADA)
    empty = await db.user.create({**ADA, "email": "x", "nick": "y", "work": None})
    assert (bare.work, empty.work, bare.others) == (None, None, [])
    assert await db.user.find_many(where={"work": {"is_set": False}}) == [bare]
    assert await db.user.find_many(where={"work": {"isSet": True}}) == [empty]
    assert await db.user.find_many(where={"work": None}) == [empty]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"home": {"is": {"city": "Zürich"}}}, ["ada"]),
    ({"home": {"is": {"city": {"not": "Zürich"}}}}, ["bob"]),
    ({"home": {"is_not": {"city": "Zürich"}}}, ["bob"]),
    ({"home": {"is": {"geo": {"is": {"latitude": {"gt": 5}}}}}}, ["bob"]),
    ({"home": {"is": {"geo": {"is_set": False}}}}, ["ada"]),
    ({"others": {"is_empty": True}}, ["ada"]),
    ({"others": {"some": {"zip": {"startswith": "8"}}}}, ["bob"]),
    ({"others": {"every": {"zip": {"not": None}}}}, ["ada", "bob"]),
    ({"others": {"none": {"zip": "8001"}}}, ["ada"]),
    ({"others": {"some": {"OR": [{"zip": "1"}, {"labels": {"has": "x"}}]}}}, ["bob"]),
    ({"home": {"is": {"kind": {"in": ["SELLER"]}}}}, ["bob"]),
]


@pytest.mark.parametrize(("where", "names"), FILTERS, ids=lambda item: str(item)[:60])
async def test_filters(db: Any, where: dict[str, Any], names: list[str]) -> None:
    await two(db)
    found = await db.user.find_many(where=where, order={"name": "asc"})
    assert [each.name for each in found] == names


async def two(db: Any) -> None:
    geo = {"latitude": 10.0, "longitude": 0.0}
    other = {"street": "x", "zip": "8001", "labels": ["x"]}
    bern = {"street": "y", "city": "Bern", "geo": geo, "kind": "SELLER"}
    await db.user.create({**ADA, "name": "ada", "nick": "a", "others": []})
    await db.user.create(
        {"name": "bob", "email": "b", "nick": "b", "home": bern, "others": [other]}
    )


async def test_order(db: Any) -> None:
    await two(db)
    for direction, names in (("asc", ["bob", "ada"]), ("desc", ["ada", "bob"])):
        found = await db.user.find_many(order={"home": {"city": direction}})
        assert [each.name for each in found] == names
    counted = await db.user.find_many(order={"others": {"_count": "desc"}})
    assert [each.name for each in counted] == ["bob", "ada"]


async def test_one_value_is_set_updated_upserted_and_unset(db: Any) -> None:
    made = await db.user.create(ADA)
    change = changer(db, made.id)
    assert (await change({"home": {"update": {"zip": "1"}}})).home.zip == "1"
    assert (await change({"home": {"set": {"street": "x"}}})).home.zip is None
    assert (await change({"home": {"street": "y", "zip": "2"}})).home.zip == "2"
    upsert = {"work": {"upsert": {"set": {"street": "w"}, "update": {"zip": "3"}}}}
    assert (await change(upsert)).work.street == "w"
    assert (await change(upsert)).work.zip == "3"
    assert (await change({"work": {"unset": True}})).work is None
    assert await db.user.count(where={"work": {"is_set": False}}) == 1
    assert (await change({"work": None})).work is None
    assert await db.user.count(where={"work": {"is_set": True}}) == 1


async def test_lists_are_set_pushed_updated_and_deleted_from(db: Any) -> None:
    made = await db.user.create(ADA)
    change = changer(db, made.id)
    await change({"others": {"push": {"street": "a"}}})
    await change({"others": {"push": [{"street": "b"}, {"street": "c", "zip": "1"}]}})
    where = {"where": {"street": {"in": ["a", "b"]}}}
    await change({"others": {"update_many": {**where, "data": {"zip": "9"}}}})
    found = await change(
        {"others": {"updateMany": {"where": {}, "data": {"labels": {"push": "x"}}}}}
    )
    assert [(each.street, each.zip) for each in found.others] == [
        ("a", "9"),
        ("b", "9"),
        ("c", "1"),
    ]
    assert [each.labels for each in found.others] == [["x"]] * 3
    left = await change({"others": {"delete_many": where}})
    assert [each.street for each in left.others] == ["c"]
    assert (await change({"others": {"set": []}})).others == []
    assert [each.street for each in (await change({"others": [HOME]})).others] == ["1 High Street"]


def changer(db: Any, id: str) -> Any:
    async def change(data: dict[str, Any]) -> Any:
        return await db.user.update(where={"id": id}, data=data)

    return change


async def test_a_class_of_ones_own(db: Any, package: Any) -> None:
    class Place(BaseModel):
        street: str

    class Card(package.bases.BaseUser):  # type: ignore[misc]  # made in this run
        name: str
        home: Place
        others: list[Place]

    made = await Card.prisma(db).create({**ADA, "others": [HOME]})
    assert (type(made), type(made.home)) == (Card, Place)
    assert [each.street for each in made.others] == ["1 High Street"]


async def test_changes_have_them(db: Any, package: Any) -> None:
    async with db.watch(package.models.User) as changes:
        made = await db.user.create({**ADA, "others": [HOME]})
        async for change in changes:
            assert change.after == made
            assert type(change.after.home) is package.models.Address
            break


@pytest.mark.parametrize(
    ("data", "error", "path"),
    [
        ({"home": {}}, MissingRequiredValueError, "street"),
        ({"home": {**HOME, "town": "x"}}, FieldNotFoundError, r"home\.town"),
        ({"home": {**HOME, "kind": "KING"}}, DataError, r"home\.kind"),
        ({"others": {"pusch": [HOME]}}, DataError, "others"),
    ],
)
async def test_what_is_wrong_is_said_by_its_path(
    db: Any, data: dict[str, Any], error: type[DataError], path: str
) -> None:
    with pytest.raises(error, match=path):
        await db.user.create({**ADA, **data})
