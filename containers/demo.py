"""The demo: a container starts a database, features use it, and it stops.

It uses the server of the configuration, with a new database that it drops at the end.
"""

from __future__ import annotations

import time
from typing import assert_never
from uuid import uuid4

from prisma.models import User

from containers.application import ApplicationContainer
from containers.errors import NotFoundError
from containers.messages import (
    ChannelEvent,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from containers.notifications import NotificationSettings
from containers.report import Report
from database.selections import ChannelView, FoundedCommunity, MessageView
from prismongo.containers.lifecycle import start, stop
from prismongo.health import Health
from prismongo.schema import push
from prismongo.settings import Remote, SchemaSettings

LINES = (
    ("ada", "The engine weaves algebraic patterns, as the loom weaves flowers and leaves."),
    ("grace", "It is easier to ask forgiveness than it is to get permission."),
    ("charles", "On two occasions I have been asked: will the right answers come out?"),
    ("ada", "It can do whatever we know how to order it to perform."),
    ("grace", "The most dangerous phrase is: we have always done it this way."),
)
ROUNDS = 6
PAGE = 8
NOBODY = "0" * 24


async def run(report: Report) -> None:
    """Run the demo and print each step.

    Raises:
        ConfigurationError: no server is configured.
        ConnectionError: the server cannot be used.
    """
    begun = time.perf_counter()
    report.title("The database as a resource of an application container: start, use, stop")
    container = ApplicationContainer()
    settings = container.database_settings()
    own = settings.model_copy(update={"name": f"kraken_run_{uuid4().hex[:12]}"})
    ours = SchemaSettings(on_start="ignore")  # the demo pushes in a separate step
    # The demo removes its database while the application runs, so nothing may follow it.
    container.notification_settings.override(NotificationSettings(consume=False))
    with container.database_settings.override(own), container.schema_settings.override(ours):
        with report.step("start the application container"):
            await start(container)
        try:
            await _use_server(container, report)
        finally:
            with report.step("stop the application container"):
                await stop(container)
    report.end(f"Done in {time.perf_counter() - begun:.1f} s.")


async def _use_server(container: ApplicationContainer, report: Report) -> None:
    database, remote = container.database.service(), container.database.server()
    embedded = container.database_settings().url is None
    report.facts(_facts(await database.health(), remote, embedded=embedded))
    try:
        await _use_features(container, remote, report)
    finally:
        with report.step("remove the database"):
            await database.mongo.client.drop_database(remote.database)


def _facts(health: Health, remote: Remote, *, embedded: bool) -> dict[str, str]:
    origin = "embedded" if embedded else "as DATABASE_URL says"
    return {
        "server": f"{health.primary or health.topology}, {origin}",
        "version": f"MongoDB {health.version}",
        "replica set": health.replica_set or "none: transactions need one",
        "database": remote.database,
    }


async def _use_features(container: ApplicationContainer, remote: Remote, report: Report) -> None:
    await _push(container, remote, report)
    ada, grace = await _register(container, report)
    community = await _found(container, ada, report)
    charles = await _add_member(container, community, report)
    await _fail(container, report)
    channel = community.channels[0]
    await _post(container, channel, {user.username: user for user in (ada, grace, charles)}, report)
    await _show(container, channel, report)
    await _count(container, ada, channel, report)
    await _follow(container, ada, grace, channel, report)


async def _push(container: ApplicationContainer, remote: Remote, report: Report) -> None:
    with report.step("push collections and indexes") as details:
        datamodel = container.database.service().client_schema.datamodel
        await push(datamodel, remote.url.get_secret_value())
        indexes = [index for model in datamodel.models for index in model.indexes]
        made = sum(index.kind != "id" for index in indexes)
        details.append(f"{len(datamodel.models)} collections, {made} indexes")


async def _register(container: ApplicationContainer, report: Report) -> tuple[User, User]:
    users = container.users.service()
    with report.step("register two users, passwords hashed with argon2") as details:
        ada = await users.register("ada", "correct horse", display_name="Ada Lovelace")
        grace = await users.register("grace", "battery staple", display_name="Grace Hopper")
        details.append(f"{ada.username} {ada.id}, {grace.username} {grace.id}")
    return ada, grace


async def _found(container: ApplicationContainer, owner: User, report: Report) -> FoundedCommunity:
    with report.step("create a community, its owner a member") as details:
        community = await container.communities.service().create("Analytical Engines", owner.id)
        names = ", ".join(f"#{channel.name}" for channel in community.channels)
        details.append(f"{community.name}: {names}")
    return community


async def _add_member(
    container: ApplicationContainer, community: FoundedCommunity, report: Report
) -> User:
    hashed = await container.auth.passwords().hash("tabulating machine")
    with report.step("create a user and the membership in one transaction") as details:
        user, membership = await container.communities.service().create_member(
            community.id,
            {"username": "charles", "hashedPassword": hashed, "displayName": "Charles Babbage"},
        )
        details.append(f"{user.username} {user.id}, membership {membership.id}")
    return user


async def _fail(container: ApplicationContainer, report: Report) -> None:
    database = container.database.service()
    with report.step("a transaction that fails and leaves nothing") as details:
        before = await database.user.count()
        try:
            await container.communities.service().create_member(
                NOBODY, {"username": "nobody", "hashedPassword": "-"}
            )
        except NotFoundError as error:
            details.append(f"the user was created, then: {error}")
        after = await database.user.count()
        details.append(f"users before {before}, after {after}")
    if after != before:
        raise AssertionError("The transaction that failed left a user.")


async def _post(
    container: ApplicationContainer, channel: ChannelView, people: dict[str, User], report: Report
) -> None:
    messages = container.messages.service()
    with report.step(f"post {ROUNDS * len(LINES)} messages to #{channel.name}"):
        for _ in range(ROUNDS):
            for username, text in LINES:
                await messages.post(channel.id, people[username].id, text)


async def _show(container: ApplicationContainer, channel: ChannelView, report: Report) -> None:
    with report.step(f"read the last page of #{channel.name}, authors included"):
        page = await container.messages.service().page(channel.id, take=PAGE)
    rows = [_row(message) for message in page]
    report.table(f"#{channel.name}, newest first", ("sent (UTC)", "author", "message"), rows)


async def _count(
    container: ApplicationContainer, user: User, channel: ChannelView, report: Report
) -> None:
    database = container.database.service()
    with report.step("a typed selection, and an aggregate") as details:
        (card,) = await container.communities.service().mine(user.id)
        details.append(f"{card.name}: {card.members} members, {card.channels} channels")
        totals = await database.message.aggregate(
            where={"channelId": channel.id}, count=True, max={"sentAt": True}
        )
        details.append(f"{totals['_count']['_all']} messages")


async def _follow(
    container: ApplicationContainer, ada: User, grace: User, channel: ChannelView, report: Report
) -> None:
    messages = container.messages.service()
    with report.step("a message and a reaction, seen live over a change stream") as details:
        async with messages.subscribe(channel.id) as events:
            message = await messages.post(channel.id, ada.id, "Shall we begin?")
            await messages.react(message.id, grace.id, "yes")  # in place: nothing is read
            for _ in range(2):
                details.append(_line(await anext(events)))


def _line(event: ChannelEvent) -> str:
    match event:
        case MessagePosted(message=message):
            return f"posted: {message.content}"
        case ReactionAdded(emoji=emoji, user=user):
            return f"{user.display_name if user else 'somebody'} reacted: {emoji}"
        case MessageEdited() | MessageDeleted() | ReactionRemoved():
            return type(event).__name__
        case _:
            assert_never(event)


def _row(message: MessageView) -> tuple[str, str, str]:
    name = message.author.display_name if message.author else "(deleted)"
    return message.sent_at.strftime("%H:%M:%S.%f")[:-3], name, message.content
