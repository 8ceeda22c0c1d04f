"""Records to which several others refer are in each of them, and are objects of their own."""

from __future__ import annotations

from typing import Any

import pytest
from prisma.models import Message, User

from database import DatabaseService
from prismongo.testing import factory


@pytest.fixture
async def messages(database: DatabaseService) -> list[Message]:
    """Seven messages of one author, who is in two communities with a channel each."""
    names = [{"name": name, "channels": {"create": [{"name": "general"}]}} for name in "ab"]
    author = await factory(User, database).create(displayName="Ada", communities={"create": names})
    for number in range(7):
        await database.message.create({"content": str(number), "authorId": author.id})
    wanted: Any = {"author": {"include": {"communities": {"include": {"channels": True}}}}}
    return await database.message.find_many(include=wanted, order={"id": "asc"})


def authors(messages: list[Message]) -> list[User]:
    return [each.author for each in messages if each.author is not None]


def reached(author: User) -> list[Any]:
    """The records and the lists that an author leads to."""
    communities = author.communities or []
    found: list[Any] = [author, author.communityIds, communities]
    for community in communities:
        found += [community, community.userIds, community.channels, *(community.channels or ())]
    return found


def test_they_are_equal(messages: list[Message]) -> None:
    first, *others = authors(messages)
    assert len(others) == 6
    assert first.displayName == "Ada"
    assert [each.name for each in first.communities or ()] == ["a", "b"]
    assert len(reached(first)) == 11
    for other in others:
        assert other == first
        assert other.model_fields_set == first.model_fields_set
        assert other.model_dump() == first.model_dump()


def test_they_share_nothing_that_one_may_change(messages: list[Message]) -> None:
    found = [each for author in authors(messages) for each in reached(author)]
    assert len(set(map(id, found))) == 7 * 11


def test_a_change_of_one_is_no_change_of_another(messages: list[Message]) -> None:
    first, *others = authors(messages)
    before = [each.model_dump() for each in others]
    first.displayName = "Eve"
    first.communityIds.clear()
    assert first.communities is not None
    first.communities[0].name = "other"
    first.communities[0].channels = []
    first.communities.pop()
    assert [each.model_dump() for each in others] == before
