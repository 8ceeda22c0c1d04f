"""The paths of errors: the names of arguments and operators as they were written.

The generated client has Python's words, and the text door GraphQL's.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from prisma.errors import DataError

from database import DatabaseService
from tests.behaviour.asking import refused
from tests.records import NOBODY, user, wrong

WHERES: Final[list[tuple[dict[str, Any], str]]] = [
    ({"username": {"startswith": 1}}, "where.username.startswith"),
    ({"username": {"starts_with": 1}}, "where.username.starts_with"),
    ({"username": {"startsWith": 1}}, "where.username.startsWith"),
    ({"username": {"ends_with": 1}}, "where.username.ends_with"),
    ({"username": {"not_in": 1}}, "where.username.not_in"),
    ({"username": {"notIn": ["x", 1]}}, "where.username.notIn.1"),
    ({"bio": {"is_set": 1}}, "where.bio.is_set"),
    ({"NOT": [{"bio": {"isSet": 1}}]}, "where.NOT.0.bio.isSet"),
    ({"ownedCommunities": {"some": {"owner": {"is_not": {"x": 1}}}}}, "owner.is_not.x"),
]


@pytest.mark.parametrize(("where", "path"), WHERES, ids=[path for _, path in WHERES])
async def test_an_operator_as_it_was_given(
    database: DatabaseService, where: dict[str, Any], path: str
) -> None:
    error = await refused(database.user.find_many(where=wrong(where)))
    assert f"{path}`" in str(error)
    assert ".".join(error.meta["argumentPath"]).endswith(path)


async def test_operators_by_their_other_names(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    for where in ({"starts_with": "a"}, {"startsWith": "a"}, {"ends_with": "a"}):
        assert await database.user.count(where={"username": wrong(where)}) == 1


async def test_an_order_by_the_name_of_its_argument(database: DatabaseService) -> None:
    wrong_order = wrong({"role": "asc", "x": "asc"})
    find, group = database.user.find_many, database.user.group_by
    for asked in (
        find(order=wrong_order),
        database.user.aggregate(order=wrong_order, count=True),
        group(["role"], order=wrong_order),
    ):
        assert "at `order.x`" in str(await refused(asked))
    assert "`order.1.role`" in str(await refused(find(order=wrong([{}, {"role": "up"}]))))
    included = find(include={"ownedCommunities": {"order_by": wrong({"x": "asc"})}})
    assert ".ownedCommunities.order_by.x`" in str(await refused(included))


async def test_what_there_is_instead(database: DatabaseService) -> None:
    """The names that a message lists are those of the door."""
    username = database.user.find_many(where={"username": wrong({"x": 1})})
    assert "not_in, lt, lte, gt, gte, not, contains, startswith, endswith, mode." in str(
        await refused(username)
    )
    include = database.user.find_many(include={"ownedCommunities": wrong({"order": None, "x": 1})})
    assert "It takes: where, order_by, take, skip, cursor, distinct." in str(await refused(include))
    files = database.user.update(where={"id": NOBODY}, data=wrong({"files": {"x": 1}}))
    assert "connect_or_create, create_many, update," in str(await refused(files))
    page = database._execute(
        method="find_many", arguments={"x": 1}, model=type(await database.user.create(user("ada")))
    )
    assert "It takes: where, order, take," in str(await refused(page))


async def test_nested_writes(database: DatabaseService) -> None:
    for name in ("update_many", "updateMany"):
        data = {"files": {name: {"where": {}, "data": {"x": 1}}}}
        error = await refused(database.user.update(where={"id": NOBODY}, data=wrong(data)))
        assert f"at `data.files.{name}.data.x`" in str(error)
    relation: Any = {"files": {"update_many": {"where": {}, "data": {"owner": {}}}}}
    error = await refused(database.user.update(where={"id": NOBODY}, data=relation))
    assert ": update_many has no such name" in str(error)
    relation = {"files": {"update": {"where": {"id": NOBODY}, "data": {"ownerId": NOBODY}}}}
    error = await refused(database.user.update(where={"id": NOBODY}, data=relation))
    takes = str(error).partition("It takes: ")[2]
    assert takes
    assert not {"id", "owner", "ownerId"} & set(takes.rstrip(".").split(", "))
    many = wrong({"where": {}, "data": {"files": {}}})
    error = await refused(database.user.update_many(**many))
    assert ": update_many has no such name" in str(error)


TEXTS: Final[list[tuple[str, str]]] = [
    ("findManyUser(orderBy: {x: asc}) { id }", "at `orderBy.x`"),
    ('findManyUser(where: {username: {x: "a"}}) { id }', "notIn, lt, lte, gt, gte, not, contains"),
    ("findManyUser(x: 1) { id }", "It takes: where, orderBy, take,"),
    ("findManyUser(orderBy: {role: asc, id: asc}) { id }", "at `orderBy`"),
]


@pytest.mark.parametrize(("text", "words"), TEXTS, ids=[words for _, words in TEXTS])
async def test_the_text_door_has_graphql_s_words(
    database: DatabaseService, text: str, words: str
) -> None:
    content = json.dumps({"query": f"query {{ result: {text} }}", "variables": {}})
    with pytest.raises(DataError) as caught:
        await database._engine.query(content)
    assert words in str(caught.value)
