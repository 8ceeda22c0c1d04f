"""`with_options`: a view of the same connection, whose operations have options."""

# ruff: noqa: PT012 - an error is raised through the transaction that it ends

from __future__ import annotations

import gc
import re
import weakref
from datetime import timedelta
from typing import Any

import pytest
from prisma.errors import DataError
from prisma.models import Message, User
from pymongo import ReadPreference
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from database import DatabaseService
from prismongo.client.options import Hint
from prismongo.errors import UnsupportedOperationError
from prismongo.testing import fake
from tests.client.working_together import LONG, USERNAME
from tests.commands import Sent
from tests.records import user

pytestmark = pytest.mark.usefixtures("indexes")


# --- the view ---


async def test_a_view_has_the_same_connection_and_leaves_the_service_as_it_is(
    database: DatabaseService,
) -> None:
    view = database.with_options(comment="report", timeout=LONG)
    assert type(view) is type(database)
    assert view.is_connected()
    ada = await view.user.create(user("ada"))
    assert await database.user.find_many() == [ada]
    assert await User.prisma(view).count() == 1
    assert database._options is None
    await view.disconnect()
    assert database.is_connected()
    assert await view.user.count() == 1


async def test_a_view_that_is_made_before_connect_is_connected_with_its_service(
    database: DatabaseService,
) -> None:
    await database.disconnect()
    view = database.with_options(comment="early")
    assert not view.is_connected()
    await database.connect()
    assert view.is_connected()
    assert await view.user.count() == 0
    await database.disconnect()
    assert not view.is_connected()
    await view.connect()
    assert database.is_connected()
    assert await view.user.count() == 0


async def test_a_view_as_a_context_manager_connects_and_disconnects_its_service(
    database: DatabaseService,
) -> None:
    await database.disconnect()
    async with database.with_options(comment="script") as view:
        assert database.is_connected()
        assert await view.user.count() == 0
    assert not database.is_connected()
    assert not view.is_connected()


async def test_the_view_of_a_fake_has_its_controls() -> None:
    made = fake(DatabaseService)
    view = made.with_options(timeout=LONG)
    made.fake.stub("user.count", 7)
    assert await view.user.count() == 7
    assert view.fake is made.fake


async def test_a_view_of_a_view_has_the_options_of_both(
    observed: DatabaseService, sent: Sent
) -> None:
    view = observed.with_options(comment="first").with_options(hint=USERNAME)
    await view.with_options(comment="second").user.find_many()
    (command,) = sent.commands
    assert (command["comment"], command["hint"]) == ("second", USERNAME)


async def test_views_of_one_call_leave_nothing_behind(database: DatabaseService) -> None:
    """And one that is used again is prepared once."""
    made: list[weakref.ref[Any]] = []
    for number in range(10):
        view = database.with_options(comment=f"request {number}", hint=USERNAME)
        await view.user.find_many()
        assert view._options is not None
        (((store, prepared)),) = view._options.views.values()
        assert store is database._mongo_engine.store
        await view.user.find_many()
        assert [*view._options.views.values()] == [(store, prepared)]
        made.append(weakref.ref(prepared))
    del view, store, prepared
    gc.collect()
    assert [each for each in made if each() is not None] == []


async def test_a_view_outlives_a_connection(database: DatabaseService) -> None:
    view = database.with_options(comment="x")
    await view.user.create(user("ada"))
    await database.disconnect()
    await database.connect()
    assert await view.user.count() == 1


# --- what is sent ---


async def test_comments_are_on_every_command(observed: DatabaseService, sent: Sent) -> None:
    view = observed.with_options(comment="who asks")
    ada = await view.user.create({**user("ada"), "messages": {"create": [{"content": "x"}]}})
    await view.user.create_many([user("alan"), user("grace")])
    await view.user.find_many(include={"messages": {"take": 1}})
    await view.user.count()
    assert [each.id async for each in view.user.stream(batch=1)]
    await view.user.group_by(["role"], count=True)
    await view.user.update(where={"id": ada.id}, data={"bio": "x"})
    await view.user.update_many(where={}, data={"bio": "x"})
    await view.user.delete(where={"username": "grace"})
    await view.message.delete_many()
    await view.find_raw(User)
    await view.user.aggregate_raw([])
    await view.run_command_raw({"count": "User"})
    async with view.batch_() as batch:
        batch.user.update_many(where={}, data={"bio": "y"})
    ended = ("commitTransaction", "ping")
    commands = [each for each in sent.commands if next(iter(each)) not in ended]
    assert {each.get("comment") for each in commands} == {"who asks"}
    assert {"insert", "find", "aggregate", "findAndModify", "update", "delete", "count"} <= set(
        sent.names
    )


async def test_concerns_and_preferences_are_sent_where_they_count(
    observed: DatabaseService, sent: Sent
) -> None:
    await observed.user.create(user("ada"))
    sent.clear()
    view = observed.with_options(
        read_preference="secondaryPreferred", read_concern="majority", write_concern=1
    )
    await view.user.find_many()
    await view.user.count()
    await view.find_raw(User)
    for command in sent.commands:
        assert command["readConcern"]["level"] == "majority"
        assert command["$readPreference"]["mode"] == "secondaryPreferred"
    assert len(sent.commands) == 3
    sent.clear()
    await view.user.update_many(where={}, data={"bio": "x"})
    (command,) = sent.commands
    assert command["writeConcern"] == {"w": 1}
    sent.clear()
    await view.user.update(where={"username": "ada"}, data={"bio": "y"}, include={"messages": True})
    assert all(
        each.get("$readPreference", {}).get("mode") in (None, "primary") for each in sent.commands
    )


async def test_pymongos_own_objects_are_options_too(observed: DatabaseService, sent: Sent) -> None:
    view = observed.with_options(
        read_preference=ReadPreference.NEAREST,
        read_concern=ReadConcern("local"),
        write_concern=WriteConcern(w="majority", j=True),
    )
    await view.user.find_many()
    await view.user.create(user("ada"))
    find, insert = (each for each in sent.commands if next(iter(each)) in ("find", "insert"))
    assert find["$readPreference"]["mode"] == "nearest"
    assert find["readConcern"]["level"] == "local"
    assert insert["writeConcern"] == {"w": "majority", "j": True}


# --- hints ---


async def test_a_hint_is_for_one_call_or_by_model(observed: DatabaseService, sent: Sent) -> None:
    await observed.user.create({**user("ada"), "messages": {"create": [{"content": "x"}]}})
    sent.clear()
    await observed.with_options(hint=USERNAME).user.find_many(include={"messages": True})
    await observed.with_options(hint=[("username", 1)]).user.count()
    await observed.with_options(hint=[("username", 1)]).user.update_many(
        where={"username": "ada"}, data={"bio": "x"}
    )
    by_model = observed.with_options(hint={User: USERNAME, Message: "_id_"})
    await by_model.user.find_many(include={"messages": True})
    await by_model.user.create(user("alan"))
    await observed.with_options(hint=USERNAME).user.update(
        where={"username": "ada"}, data={"bio": "y"}
    )
    await observed.with_options(hint=USERNAME).find_raw(User)
    hints: list[Any] = []
    for each in sent.commands:
        if (name := next(iter(each))) in ("find", "aggregate", "findAndModify"):
            hints.append((each[name], each.get("hint")))
        elif name == "update":
            hints.append(("update", each["updates"][0]["hint"]))
    keys = {"username": 1}
    assert hints[:6] == [
        ("User", USERNAME),
        ("Message", None),
        ("User", keys),
        ("update", keys),
        ("User", USERNAME),
        ("Message", "_id_"),
    ]
    assert hints[-2:] == [("User", USERNAME)] * 2


async def test_a_hint_of_no_index_is_an_error(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    hints: list[Hint] = ["User_nothing_key", [("nothing", 1)]]
    for hint in hints:
        view = database.with_options(hint=hint)
        with pytest.raises(DataError) as caught:
            await view.user.find_many()
        assert caught.value.code == "P2035"
        assert caught.value.meta == {"database_error": "BadValue", "model": "User"}
        assert re.search(
            r"`.*nothing.*` is no index of User\. .*`User_username_key`", str(caught.value)
        )
        with pytest.raises(DataError, match="is no index of User"):
            await view.user.update_many(where={}, data={"bio": "x"})
        with pytest.raises(DataError, match="is no index of User"):
            await view.user.find_many(order={"username": "asc"}, include={"ownedCommunities": True})
    existing: list[Hint] = [USERNAME, "_id_", [("_id", 1)], [("username", 1)]]
    for right in existing:
        assert await database.with_options(hint=right).user.count() == 1


async def test_a_hint_beside_a_search_is_refused_at_every_call() -> None:
    view = fake(DatabaseService).with_options(hint="Message_pinnedById_idx")
    for _ in range(4):
        with pytest.raises(UnsupportedOperationError, match="hint beside a search"):
            await view.message.find_many(where={"content": {"search": "a"}})


async def test_a_hint_is_not_asked_by_an_insert(database: DatabaseService, ada: User) -> None:
    view = database.with_options(hint={Message: "nothing"})
    await view.user.update(where={"id": ada.id}, data={"messages": {"create": [{"content": "x"}]}})
    assert await database.message.count() == 1


async def test_a_hint_where_none_can_be_is_refused(database: DatabaseService) -> None:
    view = database.with_options(hint=USERNAME)
    with pytest.raises(UnsupportedOperationError, match="hint for createOne"):
        await view.user.create(user("ada"))
    with pytest.raises(UnsupportedOperationError, match="by model"):
        async with view.batch_() as batch:
            batch.user.delete_many()
            batch.message.delete_many()
    with pytest.raises(UnsupportedOperationError, match="hint for runCommandRaw"):
        await view.run_command_raw({"ping": 1})
    for name in ("read_concern", "write_concern"):
        concerned = database.with_options(**{name: "majority"})  # type: ignore[arg-type]
        with pytest.raises(UnsupportedOperationError, match=name):
            await concerned.run_command_raw({"ping": 1})


# --- misuse ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("read_preference", "second"),
        ("read_preference", 1),
        ("read_concern", "all"),
        ("read_concern", ["local"]),
        ("write_concern", "all"),
        ("write_concern", -1),
        ("write_concern", 0),
        ("write_concern", True),
        ("write_concern", WriteConcern(w=0)),
        ("timeout", 0),
        ("timeout", "1"),
        ("timeout", timedelta(0)),
        ("comment", 1),
        ("comment", "\ud800"),
        ("hint", ""),
        ("hint", "$natural"),
        ("hint", [("$natural", 1)]),
        ("hint", [("username", 2)]),
        ("hint", [("username", True)]),
        ("hint", {"username": 1}),
        ("hint", {}),
        ("hint", []),
        ("hint", ["username"]),
        ("hint", {int: "x"}),
        ("hint", {User: ""}),
    ],
)
def test_what_an_option_does_not_take_is_refused(name: str, value: Any) -> None:
    with pytest.raises(DataError, match=f"`{name}`") as caught:
        fake(DatabaseService).with_options(**{name: value})
    assert caught.value.code == "P2009"
