"""A network that is cut in mid-operation: what is tried again, what is said, what goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from prisma.errors import PrismaError, TransactionError, TransactionExpiredError

from database import DatabaseService
from prismongo.errors import ConnectionError
from tests.proxy import Proxy
from tests.records import user
from tests.waiting import PATIENCE, until

# --- retryable: the driver tries once more, and nobody sees anything ---


async def test_a_read_is_tried_again(behind: DatabaseService, proxy: Proxy) -> None:
    ada = await behind.user.create(user("ada"))
    proxy.lose("find")
    assert await behind.user.find_many() == [ada]
    proxy.lose("aggregate", answer=True)
    assert await behind.user.count() == 1
    assert proxy.lost == 2
    proxy.lose("find")
    assert await behind.user.find_unique({"id": ada.id}) == ada
    proxy.lose("find", answer=True)
    assert await behind.user.find_many(take=10) == [ada]
    assert proxy.lost == 4


@pytest.mark.parametrize("answer", [False, True], ids=["asked", "answered"])
async def test_a_write_of_one_document_happens_once(
    behind: DatabaseService, proxy: Proxy, answer: bool
) -> None:
    proxy.lose("insert", answer=answer)
    ada = await behind.user.create(user("ada"))
    proxy.lose("findAndModify", answer=answer)
    found = await behind.user.update({"storageUsed": {"increment": 1}}, where={"id": ada.id})
    assert found is not None
    assert found.storageUsed == 1
    proxy.lose("findAndModify", answer=answer)
    assert await behind.user.delete({"id": ada.id}) == found
    assert await behind.user.count() == 0
    assert proxy.lost == 3


async def test_a_transaction_is_begun_again(behind: DatabaseService, proxy: Proxy) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.create(user("ada"))
        await tx.user.create(user("grace"))

    proxy.lose("insert", answer=True)
    await behind.transaction(work)
    assert (tries, proxy.lost) == (2, 1)
    assert await behind.user.count() == 2


@pytest.mark.parametrize(("answer", "times"), [(False, 1), (True, 3)])
async def test_a_commit_is_sent_again_and_not_the_callback(
    behind: DatabaseService, proxy: Proxy, answer: bool, times: int
) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.user.create(user("ada"))

    proxy.lose("commitTransaction", answer=answer, times=times)
    await behind.transaction(work)
    assert (tries, proxy.lost) == (1, times)
    assert await behind.user.count() == 1


async def test_an_operation_of_its_own_transaction_is_begun_again(
    behind: DatabaseService, proxy: Proxy
) -> None:
    proxy.lose("commitTransaction", answer=True)
    await behind.user.create({**user("ada"), "ownedCommunities": {"create": {"name": "Engines"}}})
    assert (await behind.user.count(), await behind.community.count()) == (1, 1)


# --- not retryable: one typed error, and the next operation works ---


@pytest.mark.parametrize("answer", [False, True], ids=["asked", "answered"])
async def test_a_write_of_many_documents_is_one_typed_error(
    behind: DatabaseService, proxy: Proxy, answer: bool
) -> None:
    await behind.user.create_many([user("ada"), user("grace")])
    proxy.lose("update", answer=answer)
    with pytest.raises(ConnectionError, match=r"^Server has closed the connection") as caught:
        await behind.user.update_many({"bio": "x"}, where={})
    assert caught.value.code == "P1017"
    written = await behind.user.count(where={"bio": "x"})
    assert written == (2 if answer else 0)
    assert await behind.user.update_many({"bio": "y"}, where={}) == 2


async def test_a_read_that_is_cut_twice_is_one_typed_error(
    behind: DatabaseService, proxy: Proxy
) -> None:
    proxy.lose("find", times=2)
    with pytest.raises(ConnectionError) as caught:
        await behind.user.find_many()
    assert caught.value.code == "P1017"
    assert await behind.user.find_many() == []


async def test_a_transaction_by_hand_is_one_typed_error(
    behind: DatabaseService, proxy: Proxy
) -> None:
    with pytest.raises(ConnectionError):  # noqa: PT012 - the error ends the transaction
        async with behind.tx() as tx:
            await tx.user.create(user("ada"))
            proxy.lose("insert")
            await tx.user.create(user("grace"))
    assert await behind.user.count() == 0


# --- the server is away for a while ---


async def test_work_goes_on_when_the_network_is_back(behind: DatabaseService, proxy: Proxy) -> None:
    """Eight at once, cut again and again: what fails is typed, and what is acknowledged is kept."""
    acknowledged: list[str] = []
    failures: list[PrismaError] = []

    async def write(task: int) -> None:
        for number in range(40):
            try:
                made = await behind.user.create(user(f"{task} {number}"))
                acknowledged.append(made.id)
            except PrismaError as error:
                failures.append(error)

    async def disturb() -> None:
        for _ in range(6):
            await asyncio.sleep(0.02)
            proxy.cut()

    await asyncio.gather(disturb(), *(write(task) for task in range(8)))
    stored = {each.id for each in await behind.user.find_many()}
    assert set(acknowledged) <= stored
    assert {type(error) for error in failures} <= {ConnectionError}
    assert len(acknowledged) + len(failures) == 320


async def test_a_network_that_is_gone_is_a_typed_error_until_it_is_back(
    behind: DatabaseService, proxy: Proxy
) -> None:
    await behind.user.create(user("ada"))
    proxy.close()
    waiting = asyncio.ensure_future(behind.user.count())
    await until(lambda: proxy.refused >= 2)
    assert not waiting.done()  # it waits for the server, as long as it may
    proxy.open()
    assert await waiting == 1


# --- the network is silent: connections stay, and nothing comes ---


async def test_health_answers_in_its_time(behind: DatabaseService, proxy: Proxy) -> None:
    assert (await behind.health()).is_up
    proxy.freeze()
    async with asyncio.timeout(PATIENCE):
        health = await behind.health()
    assert (health.status, health.latency_ms, health.client) == ("down", None, "fresh")
    proxy.thaw()
    assert (await behind.health()).is_up


async def test_a_transaction_ends_in_its_time(behind: DatabaseService, proxy: Proxy) -> None:
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(TransactionExpiredError):  # noqa: PT012 - raised through it
            async with behind.tx(timeout=timedelta(seconds=2)) as tx:
                await tx.user.create(user("ada"))
                proxy.freeze()
                await tx.user.create(user("grace"))
        with pytest.raises(TransactionError, match="Unable to start a transaction"):
            await behind.tx(max_wait=timedelta(seconds=1)).start()
    proxy.thaw()
    assert await behind.user.count() == 0
