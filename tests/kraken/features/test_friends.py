"""Friends: requests in both directions, answers, blocks, lists, and what happens at one moment."""

from __future__ import annotations

import asyncio

import pytest
from prisma.enums import FriendshipStatus, NotificationType
from prisma.errors import DataError, UniqueViolationError
from prisma.models import User

from containers import ApplicationContainer
from containers.auth import Passwords
from containers.errors import NotAllowedError, NotFoundError
from containers.friends import FriendService
from containers.notifications import NotificationService
from containers.users import UserService
from database import DatabaseService
from database.selections import FriendshipView
from prismongo.testing import fake
from tests.application import CHEAP
from tests.clock import Clock
from tests.kraken.features.conftest import Register

ACCEPTED, DECLINED, PENDING = (
    FriendshipStatus.ACCEPTED,
    FriendshipStatus.DECLINED,
    FriendshipStatus.PENDING,
)
NOBODY = "0" * 24


@pytest.fixture
def friends(container: ApplicationContainer) -> FriendService:
    return container.friends.service()


@pytest.fixture
def users(container: ApplicationContainer) -> UserService:
    return container.users.service()


async def names(friends: FriendService, user: User) -> list[str]:
    return [friend.username for friend in await friends.friends(user.id)]


async def test_a_request_is_pending_until_it_is_accepted(
    friends: FriendService, ada: User, grace: User
) -> None:
    asked = await friends.ask(ada.id, grace.id)
    assert (asked.status, asked.answered_at) == (PENDING, None)
    assert (asked.requester.username, asked.addressee.username) == ("ada", "grace")
    assert await friends.ask(ada.id, grace.id) == asked
    assert await friends.received(grace.id) == await friends.sent(ada.id) == [asked]
    assert await friends.received(ada.id) == await friends.sent(grace.id) == []
    assert await names(friends, ada) == []

    accepted = await friends.accept(grace.id, ada.id)
    assert (accepted.id, accepted.status) == (asked.id, ACCEPTED)
    assert accepted.answered_at is not None
    assert (await names(friends, ada), await names(friends, grace)) == (["grace"], ["ada"])
    assert await friends.received(grace.id) == await friends.sent(ada.id) == []
    assert await friends.ask(grace.id, ada.id) == accepted


async def test_who_is_asked_is_notified_once(
    container: ApplicationContainer, friends: FriendService, ada: User, grace: User
) -> None:
    notifications = container.notifications.service()

    async def told(user: User) -> list[str | None]:
        found = await notifications.page(user.id)
        assert {each.type for each in found} <= {NotificationType.FRIEND_REQUEST}
        return [each.actor.username if each.actor else None for each in found]

    await asyncio.gather(*(friends.ask(ada.id, grace.id) for _ in range(10)))
    assert (await told(grace), await told(ada)) == (["ada"], [])
    assert await friends.cancel(ada.id, grace.id)
    assert await told(grace) == []
    await friends.ask(ada.id, grace.id)
    await friends.decline(grace.id, ada.id)
    await friends.ask(grace.id, ada.id)  # in turn
    assert (await told(grace), await told(ada)) == (["ada"], ["grace"])


async def test_a_request_whose_notification_fails_is_not_kept() -> None:
    database = fake(DatabaseService)
    friends, users = (
        FriendService(database, NotificationService(database)),
        UserService(database, Passwords(CHEAP)),
    )
    ada, grace = [await users.register(name, "x") for name in ("ada", "grace")]
    database.fake.fail("notification.create", "P2003", times=1)
    with pytest.raises(DataError):
        await friends.ask(ada.id, grace.id)
    assert await database.friendship.count() == 0


async def test_nobody_answers_for_another_or_twice(
    friends: FriendService, ada: User, grace: User
) -> None:
    for answer in (friends.accept, friends.decline):
        with pytest.raises(NotFoundError):
            await answer(grace.id, ada.id)
    await friends.ask(ada.id, grace.id)
    for answer in (friends.accept, friends.decline):
        with pytest.raises(NotFoundError):
            await answer(ada.id, grace.id)
    await friends.accept(grace.id, ada.id)
    for answer in (friends.accept, friends.decline):
        with pytest.raises(NotFoundError):
            await answer(grace.id, ada.id)
    assert not await friends.cancel(ada.id, grace.id)


async def test_who_was_declined_cannot_ask_again_but_who_declined_can(
    friends: FriendService, ada: User, grace: User
) -> None:
    asked = await friends.ask(ada.id, grace.id)
    assert (await friends.decline(grace.id, ada.id)).status == DECLINED
    with pytest.raises(NotAllowedError, match="declined"):
        await friends.ask(ada.id, grace.id)
    assert not await friends.cancel(ada.id, grace.id), "what was declined stays so"

    turned = await friends.ask(grace.id, ada.id)
    assert (turned.id, turned.status, turned.answered_at) == (asked.id, PENDING, None)
    assert (turned.requester.username, turned.addressee.username) == ("grace", "ada")
    assert (await friends.accept(ada.id, grace.id)).status == ACCEPTED


async def test_a_request_is_withdrawn_and_a_friendship_ended_by_either(
    friends: FriendService, ada: User, grace: User
) -> None:
    await friends.ask(ada.id, grace.id)
    assert not await friends.cancel(grace.id, ada.id)
    assert not await friends.unfriend(ada.id, grace.id)
    assert await friends.cancel(ada.id, grace.id)
    assert not await friends.cancel(ada.id, grace.id)
    assert await friends.received(grace.id) == []
    await friends.ask(ada.id, grace.id)
    await friends.accept(grace.id, ada.id)
    assert await friends.unfriend(grace.id, ada.id)
    assert not await friends.unfriend(ada.id, grace.id)
    assert await friends.database.friendship.count() == 0


async def test_nobody_asks_oneself_or_nobody(friends: FriendService, ada: User) -> None:
    for same in (ada.id, ada.id.upper()):
        with pytest.raises(NotAllowedError):
            await friends.ask(ada.id, same)
    for one, other in ((ada.id, NOBODY), (NOBODY, ada.id)):
        with pytest.raises(NotFoundError):
            await friends.ask(one, other)
    assert await friends.database.friendship.count() == 0


async def test_an_id_in_capitals_is_the_same_user(
    friends: FriendService, ada: User, grace: User
) -> None:
    await friends.ask(ada.id, grace.id)
    assert (await friends.ask(ada.id.upper(), grace.id.upper())).status == PENDING
    assert (await friends.ask(grace.id.upper(), ada.id.upper())).status == ACCEPTED
    assert await friends.database.friendship.count() == 1


async def test_two_users_have_one_friendship_whoever_writes_it(
    friends: FriendService, ada: User, grace: User
) -> None:
    await friends.ask(ada.id, grace.id)
    (stored,) = await friends.database.friendship.find_many()
    with pytest.raises(UniqueViolationError):
        await friends.database.friendship.create(
            data={"requesterId": grace.id, "addresseeId": ada.id, "pair": stored.pair}
        )


async def test_the_friends_of_both_directions_are_listed_in_pages(
    friends: FriendService, ada: User, register: Register
) -> None:
    others = [await register(name) for name in ("dora", "bob", "eve", "carl", "fred")]
    for number, other in enumerate(others[:4]):
        asking, asked = (ada, other) if number % 2 else (other, ada)
        await friends.ask(asking.id, asked.id)
        await friends.accept(asked.id, asking.id)
    await friends.ask(others[0].id, others[1].id)
    await friends.accept(others[1].id, others[0].id)
    await friends.ask(ada.id, others[4].id)
    first = await friends.friends(ada.id, take=3)
    rest = await friends.friends(ada.id, take=3, after=first[-1].id)
    assert [friend.username for friend in first] == ["bob", "carl", "dora"]
    assert [friend.username for friend in rest] == ["eve"]
    await friends.unfriend(ada.id, first[-1].id)
    assert await friends.friends(ada.id, take=3, after=first[-1].id) == rest


async def test_a_friendship_goes_with_its_user(
    friends: FriendService, ada: User, grace: User
) -> None:
    await friends.ask(ada.id, grace.id)
    await friends.accept(grace.id, ada.id)
    await friends.database.user.delete(where={"id": grace.id})
    assert await names(friends, ada) == []
    assert await friends.database.friendship.count() == 0


async def test_a_block_stops_requests_in_both_directions_until_it_goes(
    friends: FriendService, users: UserService, ada: User, grace: User
) -> None:
    await users.block(grace.id, ada.id)
    for one, other in ((ada, grace), (grace, ada)):
        with pytest.raises(NotAllowedError, match="blocked"):
            await friends.ask(one.id, other.id)
    assert await friends.database.friendship.count() == 0
    await users.unblock(grace.id, ada.id)
    assert (await friends.ask(ada.id, grace.id)).status == PENDING


async def test_a_block_ends_a_friendship_and_no_other(
    friends: FriendService, users: UserService, ada: User, grace: User, register: Register
) -> None:
    bob = await register("bob")
    for other in (grace, bob):
        await friends.ask(ada.id, other.id)
        await friends.accept(other.id, ada.id)
    await users.block(grace.id, ada.id)
    assert await names(friends, ada) == ["bob"]
    assert await names(friends, grace) == []
    (told,) = await friends.database.notification.find_many()
    assert (told.userId, told.actorId) == (bob.id, ada.id)


# --- at one moment ---


async def test_who_ask_each_other_at_one_moment_are_friends_once(
    friends: FriendService, register: Register
) -> None:
    people = [await register(f"user{number}") for number in range(6)]
    pairs = [(one.id, other.id) for one in people for other in people if one is not other]
    found = await asyncio.gather(*(friends.ask(one, other) for one, other in pairs for _ in "ab"))
    stored = await friends.database.friendship.find_many()
    assert len(stored) == len(pairs) // 2
    assert {friendship.status for friendship in stored} == {ACCEPTED}
    assert {view.id for view in found} == {friendship.id for friendship in stored}


async def test_of_many_answers_at_one_moment_one_counts(
    friends: FriendService, ada: User, grace: User
) -> None:
    for _ in range(5):
        await friends.ask(ada.id, grace.id)
        results = await asyncio.gather(
            *(friends.accept(grace.id, ada.id) for _ in range(4)),
            *(friends.decline(grace.id, ada.id) for _ in range(4)),
            friends.cancel(ada.id, grace.id),
            return_exceptions=True,
        )
        (answered,) = [each for each in results if isinstance(each, FriendshipView) or each is True]
        refused = [each for each in results if isinstance(each, NotFoundError)]
        assert len(refused) == 8 - isinstance(answered, FriendshipView)
        stored = await friends.database.friendship.find_many()
        held = [answered.status] if isinstance(answered, FriendshipView) else []
        assert [friendship.status for friendship in stored] == held
        await friends.database.friendship.delete_many()


async def test_a_block_at_the_moment_of_a_request_leaves_no_friendship(
    friends: FriendService, users: UserService, ada: User, grace: User
) -> None:
    for _ in range(10):
        results = await asyncio.gather(
            friends.ask(ada.id, grace.id),
            friends.ask(grace.id, ada.id),
            users.block(grace.id, ada.id),
            return_exceptions=True,
        )
        wrong = [
            each
            for each in results
            if isinstance(each, BaseException) and not isinstance(each, NotAllowedError)
        ]
        assert wrong == []
        assert await friends.database.friendship.count() == 0
        assert await friends.database.notification.count() == 0
        await users.unblock(grace.id, ada.id)


async def test_a_block_between_the_check_and_the_request_is_found(
    clock: Clock,
) -> None:
    """Held in between: the request is checked, the block comes, the request is written."""
    database = fake(DatabaseService)
    users = UserService(database, Passwords(CHEAP))
    friends = FriendService(database, NotificationService(database))
    ada, grace = [await users.register(name, "x") for name in ("ada", "grace")]
    database.fake.delay("friendship.upsert", 1, times=1)  # less than a block may take
    asking = asyncio.ensure_future(friends.ask(ada.id, grace.id))
    while database.fake.calls[-1].name != "friendship.upsert":
        await asyncio.sleep(0)
    await users.block(grace.id, ada.id)
    clock.advance(1)
    with pytest.raises(NotAllowedError, match="blocked"):
        await asking
    assert await database.friendship.count() == 0
    assert await database.notification.count() == 0


async def test_a_request_that_is_withdrawn_before_it_is_answered_is_asked_in_turn(
    clock: Clock,
) -> None:
    """Held in between: Grace's request finds Ada's, Ada withdraws, Grace's is written."""
    database = fake(DatabaseService)
    users = UserService(database, Passwords(CHEAP))
    friends = FriendService(database, NotificationService(database))
    ada, grace = [await users.register(name, "x") for name in ("ada", "grace")]
    await friends.ask(ada.id, grace.id)
    database.fake.delay("friendship.update", 60, times=1)
    asking = asyncio.ensure_future(friends.ask(grace.id, ada.id))
    while database.fake.calls[-1].name != "friendship.update":
        await asyncio.sleep(0)
    assert await friends.cancel(ada.id, grace.id)
    clock.advance(60)
    asked = await asking
    assert (asked.requester.username, asked.status) == ("grace", PENDING)
