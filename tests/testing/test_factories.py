"""Factories: what a test does not care about is made up, on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest
from prisma import models, types
from prisma.errors import DataError
from prisma.models import (
    Channel,
    Community,
    File,
    Friendship,
    Membership,
    Message,
    Notification,
    Role,
    User,
)
from pydantic import BaseModel

from database import DatabaseService
from database.selections import ChannelView
from prismongo.service import Service
from prismongo.testing import factory, fake
from tests.generator.clients import generated

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


async def test_factories_of_a_model_do_not_make_the_same(database: DatabaseService) -> None:
    made = [await factory(User, database).create() for _ in range(3)]
    async with database.tx() as tx:
        made.append(await factory(User, tx).create())
    assert len({user.username for user in made}) == 4


def test_the_same_for_a_seed() -> None:
    databases = [fake(DatabaseService) for _ in range(2)]
    for model in (User, Role, Notification, File):
        one, again = (factory(model, database, seed=3) for database in databases)
        other = factory(model, databases[0], seed=4)
        first = [one.build() for _ in range(3)]
        assert first == [again.build() for _ in range(3)]
        assert first != [other.build() for _ in range(3)]


# --- required relations ---


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)
async def test_every_key_is_of_a_record(database: DatabaseService, model: type[BaseModel]) -> None:
    schema = database.client_schema.datamodel.model[model.__name__]
    owned = [
        field.name
        for field in schema.fields
        if field.relation and field.relation.fields and field.is_required and not field.is_list
    ]
    made: Any = await factory(model, database).create()
    found = await database._actions_of(model).find_unique_or_raise(
        where={"id": made.id}, include=dict.fromkeys(owned, True)
    )
    assert None not in [getattr(found, name) for name in owned]


async def test_what_is_given_is_not_made(database: DatabaseService) -> None:
    ada = await factory(User, database).create()
    community = await factory(Community, database).create()
    joined = factory(Membership, database)
    for given in (
        {"user": ada, "communityId": community.id},
        {"user": {"connect": {"id": ada.id}}, "community": {"create": {"name": "Engines"}}},
    ):
        made = await joined.create(**given)
        assert made.userId == ada.id
    assert (await database.user.count(), await database.community.count()) == (1, 2)


async def test_build_stores_nothing(database: DatabaseService) -> None:
    data = factory(Membership, database).build()
    assert data.keys() == {"userId", "communityId"}
    assert await database.user.count() == 0


async def test_relations_take_what_selects_their_model(database: DatabaseService) -> None:
    channel = await factory(Channel, database).create()
    view = await database.channel.returning(ChannelView).find_unique_or_raise({"id": channel.id})
    assert (await factory(Message, database).create(channel=view)).channelId == channel.id


class _Unknown(BaseModel):
    id: str = "0" * 24


@pytest.mark.parametrize(
    ("name", "wrong", "text"),
    [
        ("author", "community", "`author` takes a record of User, not Community"),
        ("author", "unknown", "`author` takes a record of User, not _Unknown"),
        ("author", "users", "`author` takes a record of User, not a list of User"),
        ("author", "none", "`author` takes a record of User, not a list of nothing"),
        ("replies", "user", "`replies` takes a list of records of Message, not User"),
        ("replies", "users", "`replies` takes a list of records of Message, not a list of User"),
    ],
)
async def test_a_relation_takes_no_other_record(
    database: DatabaseService, name: str, wrong: str, text: str
) -> None:
    user = await factory(User, database).create()
    community = await factory(Community, database).create()
    wrongs = {
        "community": community,
        "unknown": _Unknown(),
        "user": user,
        "users": [user],
        "none": [],
    }
    with pytest.raises(TypeError, match=rf"^factory\(Message\): {text}\.$"):
        await factory(Message, database).create(**{name: wrongs[wrong]})
    assert await database.message.count() == 0


ENDLESS: Final = """
model Page {
  id       String @id @default(auto()) @map("_id") @db.ObjectId
  upId     String @db.ObjectId
  up       Page @relation("up", fields: [upId], references: [id], onDelete: NoAction, onUpdate: NoAction)
  below    Page[] @relation("up")
  comments Comment[]
}

model Reader {
  id       String    @id @default(auto()) @map("_id") @db.ObjectId
  comments Comment[]
}

model Comment {
  id       String @id @default(auto()) @map("_id") @db.ObjectId
  readerId String @db.ObjectId
  reader   Reader @relation(fields: [readerId], references: [id])
  pageId   String @db.ObjectId
  page     Page   @relation(fields: [pageId], references: [id])
}
"""  # noqa: E501 - an attribute stands on one line


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    yield from generated(tmp_path_factory.mktemp("endless"), "client_without_end", ENDLESS)


async def test_required_relations_without_end(client: Any) -> None:
    database: Any = fake(type("Database", (Service, client.Prisma), {}))
    pages = factory(client.models.Page, database)
    comments = factory(client.models.Comment, database)
    with pytest.raises(TypeError, match=r"give `up` a record, or its key \(upId\)"):
        await pages.create()
    with pytest.raises(TypeError, match=r"Comment → page: Page → up: Page\.$"):
        await comments.create()
    assert await database.reader.count() == 0, "nothing is made before"
    top = await pages.create(id="a" * 24, upId="a" * 24)
    page = await pages.create(up=top)
    assert (await comments.create(page=page)).pageId == page.id
    assert await database.reader.count() == 1
