"""A load that leaves nothing behind: every kind of operation, through one client, many at once."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final, cast

from prisma.errors import PrismaError
from prisma.models import Message

from database import DatabaseService

ACCOUNTS: Final = 50
CREDITS: Final = 100
AT_ONCE: Final = 32
STORM: Final = 64

Operation = Callable[["Load"], Awaitable[object]]


class Load:
    """Operations by chance; what they store they take away again, but for the accounts.

    Args:
        database: the client.
        seed: of the choices.
        tolerated: the codes of errors that an operation may end with.
    """

    def __init__(
        self,
        database: DatabaseService,
        seed: int,
        tolerated: Collection[str] = ("P2028", "P2034"),
    ) -> None:
        self._database = database
        self._tolerated = tolerated
        self._random = random.Random(seed)  # noqa: S311 - a test's choices
        self._number = 0
        self.done: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.cancelled = 0

    async def prepare(self) -> None:
        """The accounts, and the one index that an upsert needs."""
        await self._database.mongo["User"].create_index("username", unique=True)
        await self._database.user.create_many(
            data=[
                {"username": f"account {n}", "hashedPassword": "x", "storageUsed": CREDITS}
                for n in range(ACCOUNTS)
            ]
        )

    async def credits(self) -> int:
        """All credits together: transfers do not change them."""
        where: Any = {"username": {"startswith": "account "}}
        return sum(each.storageUsed for each in await self._database.user.find_many(where=where))

    async def run(self, seconds: float) -> None:
        """Many at once, for so long."""
        ends = asyncio.get_running_loop().time() + seconds

        async def work() -> None:
            while asyncio.get_running_loop().time() < ends:
                await self.one()

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())

    async def storm(self) -> None:
        """Many operations, of which half are cancelled at any moment."""
        tasks = [asyncio.create_task(self.one()) for _ in range(STORM)]
        for task in self._random.sample(tasks, STORM // 2):
            await asyncio.sleep(self._random.uniform(0, 0.002))
            task.cancel()
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(found, asyncio.CancelledError):
                self.cancelled += 1
            elif isinstance(found, BaseException):
                raise found

    async def one(self) -> None:
        """One operation; a transaction that is overtaken again and again may give up."""
        operation = self._random.choice(_OPERATIONS)
        try:
            await operation(self)
        except PrismaError as error:
            code = getattr(error, "code", None)
            if code not in self._tolerated:
                raise
            self.errors[f"{type(error).__name__} {code}"] += 1
            self.done["given up"] += 1
        self.done[operation.__name__.strip("_")] += 1

    def _name(self) -> str:
        self._number += 1
        return f"passing {self._number}"

    def _account(self) -> str:
        return f"account {self._random.randrange(ACCOUNTS)}"

    async def _create_and_delete(self) -> None:
        user = self._database.user
        made = await user.create(data={"username": self._name(), "hashedPassword": "x"})
        await user.delete(where={"id": made.id})

    async def _nested(self) -> None:
        made = await self._database.user.create(
            data={
                "username": self._name(),
                "hashedPassword": "x",
                "messages": {"create": [{"content": "a"}, {"content": "b"}]},
            },
            include={"messages": True},
        )
        await self._database.message.delete_many(where={"authorId": made.id})
        await self._database.user.delete(where={"id": made.id})

    async def _find(self) -> None:
        await self._database.user.find_many(
            where={"username": {"startswith": "account "}},
            include={"messages": {"take": 2}},
            order={"username": "asc"},
            take=20,
        )
        await self._database.user.find_unique(where={"username": self._account()})
        await self._database.user.count()

    async def _change(self) -> None:
        await self._database.user.update(
            where={"username": self._account()}, data={"bio": self._name()}
        )

    async def _upsert(self) -> None:
        name = self._account()
        await self._database.user.upsert(
            where={"username": name},
            data={"create": {"username": name, "hashedPassword": "x"}, "update": {"bio": "y"}},
        )

    async def _transfer(self) -> None:
        giver, taker = self._account(), self._account()

        async def move(tx: DatabaseService) -> None:
            for name, change in ((giver, -1), (taker, 1)):
                await tx.user.update(
                    where={"username": name}, data={"storageUsed": {"increment": change}}
                )

        await self._database.transaction(move)

    async def _give_up(self) -> None:
        """A transaction that is rolled back."""

        async def fail(tx: DatabaseService) -> None:
            await tx.user.update(where={"username": self._account()}, data={"storageUsed": 0})
            raise LookupError

        with contextlib.suppress(LookupError):
            await self._database.transaction(fail)

    async def _batch(self) -> None:
        name = self._name()
        async with self._database.batch_() as batch:
            batch.user.create(data={"username": name, "hashedPassword": "x"})
            batch.user.delete(where={"username": name})

    async def _refused(self) -> None:
        """Errors, from validation and from the server."""
        user = self._database.user
        for refused in (
            lambda: user.create(data={"username": "account 1", "hashedPassword": "x"}),
            lambda: user.find_many(where=cast(Any, {"nothing": 1})),
            lambda: user.find_unique_or_raise(where={"username": "nobody"}),
        ):
            try:
                await refused()
            except PrismaError:
                continue
            raise AssertionError("it was not refused")

    async def _watch(self) -> None:
        """A stream that is opened, and closed before its end."""
        async with self._database.watch(Message, operations=["insert"]):
            pass

    async def _health(self) -> None:
        """Where every connection is in use for two seconds, it says `down`."""
        self.done[f"health {(await self._database.health()).status}"] += 1


_OPERATIONS: Final[tuple[Operation, ...]] = (
    *(Load._create_and_delete, Load._nested, Load._find, Load._change, Load._upsert),
    *(Load._transfer, Load._give_up, Load._batch, Load._refused, Load._watch, Load._health),
)
__all__ = ["ACCOUNTS", "CREDITS", "Load"]
