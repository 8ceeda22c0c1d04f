"""Adds a book, and says where the modules come from."""

import asyncio
import sys
from pathlib import Path

import database
from containers import Bookshop
from prismongo.containers import running

KRAKEN = ("containers.auth", "containers.users", "containers.application", "argon2")


async def main() -> None:
    async with running(Bookshop()) as shop:
        book = await shop.books().add("Analytical Engines", "Ada")
        print(f"{book.title} by {book.author.name}")
    found = [name for name in KRAKEN if name in sys.modules]
    print(f"modules of Kraken's: {found}; database of {Path(database.__file__).parent}")


asyncio.run(main())
