"""Filters of enums, None, what is set, whole lists; and more conditions beside a unique."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.errors import DataError, MissingRequiredValueError

from tests.behaviour.asking import refused

HOME: Final[Any] = {"street": "x"}
ORDER: Final[Any] = {"number": 1, "shop": "a", "total": 1}
FILLED: Final = {"nick", "age", "former", "isHidden", "seenAt", "avatar", "extra", "work"}


@pytest.fixture
async def people(db: Any, package: Any) -> Any:
    """Ada has a value of everything, Bob has nulls, Cid has nothing that he need not have."""
    base64, wrapped = package.Base64, package.Json
    ada = await db.user.create(
        {
            "name": "ada",
            "email": "ada",
            "nick": "ada",
            "age": 2,
            "role": "SELLER",
            "former": "BUYER",
            "isHidden": True,
            "seenAt": "2024-01-01T00:00:00Z",
            "avatar": base64.encode(b"x"),
            "extra": wrapped({"a": 1}),
            "notes": ["x", "y"],
            "roles": ["BUYER", "SELLER"],
            "home": HOME,
            "work": HOME,
            "others": [HOME],
        }
    )
    nulls = dict.fromkeys(FILLED, None)
    boss = {"manager": {"connect": {"id": ada.id}}}
    await db.user.create({"name": "bob", "email": "bob", "home": HOME, **nulls, **boss})
    await db.user.create({"name": "cid", "email": "cid", "home": HOME, "notes": [], **boss})
    await db.review.create({"stars": 1, "userId": ada.id})
    await db.review.create({"stars": 2})
    return db


FILTERS: Final[list[tuple[dict[str, Any], str]]] = [
    # enums
    ({"role": "SELLER"}, "ada"),
    ({"role": {"in": ["SELLER"]}}, "ada"),
    ({"role": {"in": []}}, ""),
    ({"role": {"not_in": ["SELLER"]}}, "bob cid"),
    ({"role": {"notIn": ["SELLER", "BUYER"]}}, ""),
    ({"role": {"not": "SELLER"}}, "bob cid"),
    ({"role": {"not": {"in": ["SELLER"]}}}, "bob cid"),
    ({"role": {"equals": "SELLER"}}, "ada"),
    ({"former": {"in": ["BUYER", None]}}, "ada bob"),
    ({"former": {"not_in": ["SELLER"]}}, "ada bob"),
    ({"former": {"not": None}}, "ada"),
    ({"former": {"not": "SELLER"}}, "ada bob"),
    ({"former": None}, "bob"),
    ({"former": {"is_set": False}}, "cid"),
    ({"roles": {"has": "BUYER"}}, "ada"),
    ({"roles": {"has_every": ["BUYER", "SELLER"]}}, "ada"),
    ({"roles": {"has_some": ["SELLER"]}}, "ada"),
    ({"home": {"is": {"kind": {"not_in": ["SELLER"]}}}}, "ada bob cid"),
    # None and what is set, of every type
    *(({name: None}, "bob") for name in sorted(FILLED)),
    *(({name: {"is_set": True}}, "ada bob") for name in sorted(FILLED)),
    *(({name: {"isSet": False}}, "cid") for name in sorted(FILLED)),
    *(({name: {"not": None}}, "ada") for name in sorted(FILLED - {"work"})),
    *(({name: {"equals": None}}, "bob") for name in sorted(FILLED)),
    *(({"NOT": {name: None}}, "ada") for name in sorted(FILLED)),
    ({"age": {"not": {"equals": None}}}, "ada"),
    ({"age": {"in": [None, 2]}}, "ada bob"),
    ({"work": {"is": None}}, "bob"),
    ({"work": {"is_not": None}}, "ada"),
    ({"work": {"is": {"zip": None}}}, ""),
    ({"work": {"is": {"zip": {"is_set": False}}}}, "ada bob cid"),
    # relations
    ({"manager": None}, "ada"),
    ({"manager": {"is": None}}, "ada"),
    ({"manager": {"is_not": None}}, "bob cid"),
    ({"manager": {"isNot": None}}, "bob cid"),
    ({"NOT": {"manager": None}}, "bob cid"),
    ({"manager": {"is": {"manager": None}}}, "bob cid"),
    ({"manager": {"is": {"name": "ada"}, "is_not": None}}, "bob cid"),
    ({"reports": {"some": {"manager": {"is_not": None}}}}, "ada"),
    # whole lists
    ({"notes": ["x", "y"]}, "ada"),
    ({"notes": ["y", "x"]}, ""),
    ({"notes": ["x"]}, ""),
    ({"notes": []}, "cid"),
    ({"notes": {"equals": ["x", "y"]}}, "ada"),
    ({"notes": {"equals": []}}, "cid"),
    ({"NOT": {"notes": ["x", "y"]}}, "cid"),
    ({"notes": {"is_set": False}}, "bob"),
    ({"notes": {"is_empty": True}}, "cid"),
    ({"roles": ["BUYER", "SELLER"]}, "ada"),
    ({"roles": ["BUYER"]}, ""),
    ({"others": {"equals": []}}, ""),
]


@pytest.mark.parametrize(("where", "names"), FILTERS, ids=lambda item: str(item)[:60])
async def test_filters(people: Any, where: dict[str, Any], names: str) -> None:
    found = await people.user.find_many(where=where, order={"name": "asc"})
    assert " ".join(item.name for item in found) == names
    assert await people.user.count(where={"AND": [where, {}]}) == len(found)


@pytest.mark.parametrize(
    "where",
    [
        {"name": None},
        {"name": {"not": None}},
        {"role": None},
        {"role": {"not": None}},
        {"role": {"in": [None]}},
        {"home": None},
        {"notes": [None]},
        {"roles": "BUYER"},
        {"role": "KING"},
        {"role": {"in": ["KING"]}},
        {"name": {"is_set": True}},
        {"manager": {"is_set": True}},
        {"manager": {"some": {}}},
        {"reports": None},
        {"reports": {"is": None}},
    ],
    ids=str,
)
async def test_what_no_filter_takes(people: Any, where: dict[str, Any]) -> None:
    error = await refused(people.user.find_many(where=where))
    assert error.code in ("P2009", "P2012")


async def test_none_of_json_that_is_required(people: Any) -> None:
    with pytest.raises(MissingRequiredValueError):
        await people.order.find_many(where={"data": None})


MORE: Final[list[tuple[dict[str, Any], bool]]] = [
    ({"role": "SELLER"}, True),
    ({"role": "BUYER"}, False),
    ({"age": {"gt": 1}, "name": {"startswith": "a"}}, True),
    ({"age": {"gt": 2}}, False),
    ({"nick": "ada"}, True),
    ({"nick": None}, False),
    ({"nick": {"not": "ada"}}, False),
    ({"OR": [{"age": 1}, {"age": 2}]}, True),
    ({"NOT": {"age": 2}}, False),
    ({"AND": [{"notes": ["x", "y"]}]}, True),
    ({"manager": None}, True),
    ({"manager": {"is_not": None}}, False),
    ({"reports": {"some": {"name": "bob"}}}, True),
    ({"home": {"is": {"street": "x"}}}, True),
    ({"work": None}, False),
]


@pytest.mark.parametrize(("more", "is_found"), MORE, ids=lambda item: str(item)[:60])
async def test_more_beside_a_unique(people: Any, more: dict[str, Any], is_found: bool) -> None:
    where, actions = {"email": "ada", **more}, people.user
    found = await actions.find_unique(where)
    assert (found is not None) == is_found
    changed = await actions.update(where=where, data={"visits": {"increment": 1}})
    assert (changed is not None) == is_found
    counted = await actions.find_unique({"email": "ada"})
    assert counted.visits == int(is_found)
    deleted = await actions.delete(where={"email": "cid", **more})
    assert (deleted is not None) == (await actions.count() == 2)


async def test_more_beside_the_unique_of_an_upsert(people: Any) -> None:
    new: Any = {"name": "new", "email": "new", "home": HOME}
    data = {"create": new, "update": {"visits": 7}}
    changed = await people.user.upsert(where={"email": "ada", "role": "SELLER"}, data=data)
    assert (changed.name, changed.visits) == ("ada", 7)
    made = await people.user.upsert(where={"email": "ada", "role": "BUYER"}, data=data)
    assert (made.name, made.visits) == ("new", 0)
    assert await people.user.count() == 4


async def test_more_beside_a_compound(people: Any, package: Any) -> None:
    ada = await people.user.find_unique_or_raise({"email": "ada"})
    await people.order.create({**ORDER, "data": package.Json(1), "userId": ada.id})
    where: Any = {"shop_number": {"shop": "a", "number": 1}}
    assert await people.order.find_unique({**where, "total": {"gte": 1}}) is not None
    assert await people.order.find_unique({**where, "total": {"gt": 1}}) is None
    assert await people.order.find_unique({**where, "user": {"is": {"name": "ada"}}}) is not None
    assert await people.order.delete({**where, "paid": 1}) is None
    assert await people.order.delete({**where, "paid": {"is_set": False}}) is not None


async def test_more_beside_a_unique_needs_the_unique(people: Any) -> None:
    for where in ({"role": "SELLER"}, {"OR": [{"email": "ada"}]}, {"email": {"in": ["ada"]}}):
        with pytest.raises(DataError):
            await people.user.find_unique(where)
    assert await people.review.count(where={"user": None}) == 1


async def test_groups_by_what_is_counted_and_by_none(people: Any) -> None:
    group = people.user.group_by
    rows = await group(["role"], count=True, order={"_count": {"role": "desc"}})
    assert [(row["role"], row["_count"]["_all"]) for row in rows] == [("BUYER", 2), ("SELLER", 1)]
    tied = {"_count": {"nick": "asc", "_all": "desc"}, "name": "desc"}
    rows = await group(["name"], order=tied)
    assert [row["name"] for row in rows] == ["cid", "bob", "ada"]
    assert await group(["nick"], having={"nick": {"not": None}}) == [{"nick": "ada"}]
    assert await group(["name"], having={"age": {"_max": {"gt": 1}}}) == [{"name": "ada"}]
