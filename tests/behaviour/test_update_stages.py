"""An update is two stages at most, however many fields it changes: hosted servers allow 50.

What random updates of a large model leave behind is the same on the server and in memory.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

import pytest
from pymongo import MongoClient

from prismongo.engine import MongoEngine
from prismongo.schema import parse
from prismongo.stores.memory import Memory
from prismongo.url import url_database
from tests.behaviour.asking import ask
from tests.behaviour.both import both_engines, encoded
from tests.behaviour.raw_memory import RawMemory
from tests.commands import Sent
from tests.engines import HEADER, Document, EngineFor

NUMBERS: Final = 60
LISTS: Final = 20
TEXTS: Final = 20
SCHEMA: Final = "\n".join(
    [
        "model Row {",
        '  id Int @id @map("_id")',
        *(f"  n{i} Int @default(0)" for i in range(NUMBERS)),
        *(f"  o{i} Int?" for i in range(10)),
        *(f"  l{i} String[]" for i in range(LISTS)),
        *(f"  t{i} String?" for i in range(TEXTS)),
        *(f"  c{i} Box?" for i in range(10)),
        "  boxes Box[]",
        "}",
        "type Box {",
        "  size Int?",
        "  label String?",
        "  tags String[]",
        "  inner Lid?",
        "  box Box?",
        "  lids Lid[]",
        "}",
        "type Lid {",
        "  name String?",
        "  weight Int?",
        "}",
    ]
)


def stages(sent: Sent) -> list[int]:
    """How many stages each update that was sent has; 0 for one by operators."""
    updates = [command.get("update") for command in sent.commands if "findAndModify" in command]
    for command in sent.commands:
        if "updates" in command:
            updates += [each["u"] for each in command["updates"]]
    return [len(update) if isinstance(update, list) else 0 for update in updates]


async def test_sixty_numbers_and_a_list(engine_for: EngineFor, sent: Sent) -> None:
    engine = await engine_for(SCHEMA)
    await ask(engine, "createOne", "Row", data={"id": 1})
    sent.clear()
    data: dict[str, Any] = {f"n{i}": {"increment": i} for i in range(NUMBERS)}
    data["l0"] = {"push": "a"}
    select = "n1 n59 l0"
    answer = await ask(engine, "updateOne", "Row", select, where={"id": 1}, data=data)
    assert answer == {"n1": 1, "n59": 59, "l0": ["a"]}
    answer = await ask(
        engine, "upsertOne", "Row", select, where={"id": 1}, create={"id": 1}, update=data
    )
    assert answer == {"n1": 2, "n59": 118, "l0": ["a", "a"]}
    assert await ask(engine, "updateMany", "Row", data=data) == {"count": 1}
    assert stages(sent) == [1, 1, 1]


@pytest.mark.parametrize("held", [{}, {"c0": None}, {"c0": {}}, {"c0": {"box": None}}], ids=str)
async def test_upserts_inside_upserts(
    engine_for: EngineFor, sent: Sent, raw: Any, held: Document
) -> None:
    """Each sees what the one around it has left."""
    engine = await engine_for(SCHEMA)
    raw["Row"].insert_one({"_id": 1, **held})
    sent.clear()
    change: Any = {"size": 1}
    for depth in range(6):
        change = {"label": str(depth), "box": {"upsert": {"set": {}, "update": change}}}
    data = {"c0": {"upsert": {"set": {}, "update": change}}, "t0": "x"}
    await ask(engine, "updateOne", "Row", where={"id": 1}, data=data)
    assert stages(sent) == [1]
    found, labels = raw["Row"].find_one()["c0"], []
    while "box" in found:
        labels.append(found.get("label"))
        found = found["box"]
    existing = [] if held.get("c0") is None else ["5"]
    assert (labels, found) == ([*existing, *[None] * (6 - len(existing))], {})


# --- random updates ---


class Updates:
    """Draws the data of updates."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret is drawn

    def data(self) -> dict[str, Any]:
        """Of one update: many fields of the model."""
        made = {name: self._of(name) for name in self._names()}
        return made or {"t0": "x"}

    def _names(self) -> list[str]:
        kinds = (("n", NUMBERS), ("o", 10), ("l", LISTS), ("t", TEXTS), ("c", 10))
        names = [f"{kind}{i}" for kind, count in kinds for i in range(count)]
        return [name for name in [*names, "boxes"] if self._random.random() < 0.6]

    def _of(self, name: str) -> Any:
        match name[0]:
            case "n":
                return self._pick(1, {self._pick("increment", "decrement", "multiply"): 2})
            case "o":
                return self._pick(1, None, {"unset": True}, {"divide": 2}, {"increment": 3})
            case "l":
                word = self._pick("push", "add", "remove", "set")
                return {word: [self._pick("a", "b", "$t0")]}
            case "t":
                return self._pick("x", "$n0", None, {"unset": True})
            case "c":
                return self._composite(0)
            case _:
                return self._boxes()

    def _composite(self, depth: int) -> Any:
        match self._pick("set", "unset", "none", "upsert", "upsert", "upsert"):
            case "set":
                return {"set": self._box(depth)}
            case "unset":
                return {"unset": True}
            case "none":
                return None
            case _:
                update = self._members(depth)
                return {"upsert": {"set": self._box(depth), "update": update}}

    def _box(self, depth: int) -> Any:
        box: dict[str, Any] = {"size": self._pick(1, None), "tags": ["a"]}
        if depth < 2 and self._pick(True, False):
            box["box"] = self._box(depth + 1)
        return box

    def _members(self, depth: int) -> dict[str, Any]:
        lid = {"upsert": {"set": {"weight": 1}, "update": {"weight": {"increment": 1}}}}
        members = {
            "size": self._pick(3, {"increment": 1}, {"unset": True}),
            "label": self._pick("x", "$$ROOT", None, {"unset": True}),
            "tags": self._pick({"push": "b"}, {"add": ["a", "c"]}, {"remove": "a"}),
            "inner": self._pick(lid, {"unset": True}, {"set": {"name": "n"}}),
            "lids": self._pick({"push": {"name": "l"}}, {"deleteMany": {"where": {}}}),
        }
        kept = {name: value for name, value in members.items() if self._random.random() < 0.6}
        if depth < 3 and self._pick(True, False):
            kept["box"] = self._composite(depth + 1)
        return kept or {"size": 1}

    def _boxes(self) -> Any:
        update = {"updateMany": {"where": {"size": 1}, "data": self._members(1)}}
        return self._pick({"push": self._box(0)}, update, {"set": [self._box(0)]})

    def _pick(self, *values: Any) -> Any:
        return self._random.choice(values)


@pytest.mark.parametrize("seed", range(8))
async def test_random_updates(
    mongo_url: str, mongo_client: MongoClient[Document], memory: Memory, seed: int
) -> None:
    sent = Sent()
    listeners = {"event_listeners": [sent]}
    async with both_engines(parse(HEADER + SCHEMA), mongo_url, memory, **listeners) as engines:
        for engine in engines:
            await ask(engine, "createOne", "Row", data={"id": 1})
        updates = Updates(seed)
        for _ in range(25):
            data = updates.data()
            await _update_both(engines, data)
            (on_server,) = mongo_client[url_database(mongo_url)]["Row"].find()
            (in_memory,) = RawMemory(memory)["Row"].find()
            assert encoded(on_server) == encoded(in_memory)
    counts = stages(sent)
    assert (len(counts), max(counts) <= 2) == (25, True)


async def _update_both(engines: tuple[MongoEngine, MongoEngine], data: dict[str, Any]) -> None:
    for engine in engines:
        await ask(engine, "updateOne", "Row", where={"id": 1}, data=data)
