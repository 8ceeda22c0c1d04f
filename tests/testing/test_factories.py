"""Factories: what a test does not care about is made up, on both stores."""

from __future__ import annotations

import asyncio

import pytest
from prisma import models, types
from prisma.errors import DataError
from prisma.models import Community, File, Friendship, Message, Notification, Role, User
from pydantic import BaseModel

from database import DatabaseService
from prismongo.testing import factory, fake

EVERY = [
    getattr(models, item.name) for item in fake(DatabaseService).client_schema.datamodel.models
]


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)
async def test_every_model_has_what_it_needs(
    database: DatabaseService, model: type[BaseModel]
) -> None:
    made = await factory(model, database).create()
    assert type(made) is model
    assert len(await factory(model, database, seed=1).create_batch(3)) == 3


async def test_what_is_given_is_kept(database: DatabaseService) -> None:
    ada = await factory(User, database).create(username="ada", storageQuota=7, bio=None)
    assert (ada.username, ada.storageQuota, ada.bio) == ("ada", 7, None)
    with pytest.raises(DataError, match="nickname"):
        await factory(User, database).create(nickname="ada")


async def test_relations_take_records(database: DatabaseService) -> None:
    ada, grace = await factory(User, database).create_batch(2)
    community = await factory(Community, database).create(owner=ada, users=[ada, grace])
    messages = await factory(Message, database).create_batch(3, author=ada)
    assert {message.authorId for message in messages} == {ada.id}
    assert community.ownerId == ada.id
    found = await database.user.find_unique_or_raise(
        where={"id": grace.id}, include={"communities": True}
    )
    assert [joined.id for joined in found.communities or []] == [community.id]
    asked = await factory(Friendship, database).create(requester=ada, addressee=grace)
    assert (asked.requesterId, asked.addresseeId) == (ada.id, grace.id)


async def test_composites_and_lists_take_data(database: DatabaseService) -> None:
    reactions: list[types.ReactionCreateInput] = [{"emoji": "+1", "userIds": []}]
    message = await factory(Message, database).create(reactions=reactions)
    assert [held.emoji for held in message.reactions] == ["+1"]


async def test_uniques_do_not_collide(database: DatabaseService) -> None:
    people = factory(User, database)
    made = await people.create_batch(200)
    assert len({user.username for user in made}) == 200
    await asyncio.gather(*(people.create() for _ in range(20)))


def test_the_same_for_a_seed() -> None:
    database = fake(DatabaseService)
    for model in (User, Role, Notification, File):
        one, again, other = (factory(model, database, seed=seed) for seed in (3, 3, 4))
        first = [one.build() for _ in range(3)]
        assert first == [again.build() for _ in range(3)]
        assert first != [other.build() for _ in range(3)]
