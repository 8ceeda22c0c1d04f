"""Composite types within themselves, to any depth: on both stores, with the accelerator or without.

`Comment` has one of its kind and a list of them; `Folder` and `Entry` hold each other. All of it
is asked of one client, which is generated once for this module; so it is not split.
"""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import pytest
from bson import ObjectId
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prisma.errors import DataError, FieldNotFoundError
from pydantic import BaseModel, ConfigDict, Field

from prismongo import native
from prismongo.errors import ConfigurationError, SelectionError
from prismongo.testing import factory
from tests.behaviour.raw_memory import RawMemory
from tests.waiting import PATIENCE

DEPTHS: Final = (1, 5, 50)


@pytest.fixture(params=["accelerator", "python"], autouse=True)
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the accelerator, and without it."""
    if request.param == "python":
        monkeypatch.setenv(native.SWITCH, "0")


def one(levels: int, **leaf: Any) -> dict[str, Any]:
    """A comment with an answer, which has one, and so on."""
    if levels == 1:
        return {"text": "t1", **leaf}
    return {"text": f"t{levels}", "answer": one(levels - 1, **leaf)}


def many(levels: int, **leaf: Any) -> dict[str, Any]:
    """The same in lists."""
    if levels == 1:
        return {"text": "t1", **leaf}
    return {"text": f"t{levels}", "answers": [many(levels - 1, **leaf)]}


def folder(levels: int) -> dict[str, Any]:
    """A folder with an entry, which has a folder, and so on."""
    if levels == 1:
        return {"name": "f1"}
    return {"name": f"f{levels}", "entry": {"title": "e", "folder": folder(levels - 1)}}


def inside(levels: int, leaf: Any, *names: str) -> Any:
    """What a call has at a level: `leaf`, below the names once for each level above it."""
    for _ in range(levels - 1):
        for name in reversed(names):
            leaf = {name: leaf}
    return leaf


def texts(comment: Any) -> list[str]:
    """The texts of a comment and of its answers, alone or first in a list."""
    found = []
    while comment is not None:
        found.append(comment.text)
        comment = next(iter(comment.answers), comment.answer)
    return found


def down(levels: int) -> list[str]:
    return [f"t{level}" for level in range(levels, 0, -1)]


async def put(db: Any, **document: Any) -> str:
    """Store a document past our own code → its id."""
    key = ObjectId()
    try:
        raw = RawMemory(db.fake._memory)["Thread"]
    except ConfigurationError:
        await db.mongo["Thread"].insert_one({"_id": key, **document})
    else:
        raw.insert_one({"_id": key, **document})
    return str(key)


# --- what is written is read ---


@pytest.mark.parametrize("levels", DEPTHS)
async def test_what_is_written_is_read(db: Any, package: Any, levels: int) -> None:
    data = {"comment": one(levels), "comments": [many(levels)], "folder": folder(levels)}
    made = await db.thread.create(data)
    assert texts(made.comment) == texts(made.comments[0]) == down(levels)
    assert type(made.comment) is package.models.Comment
    assert (made.comment.likes, made.comment.kind) == (0, "BUYER")
    assert made.folder.name == f"f{levels}"
    assert await db.thread.find_many() == [made]
    assert [each async for each in db.thread.stream(batch=1)] == [made]
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made  # noqa: S301 - its own
    assert type(made).model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("levels", DEPTHS)
async def test_some_of_it_is_selected(db: Any, levels: int) -> None:
    await db.thread.create({"name": "x", "comment": one(levels)})
    find = db.thread.find_first_or_raise
    whole = await find(select={"comment": True})
    assert whole.model_dump().keys() == {"comment"}
    assert texts(whole.comment) == down(levels)
    part = await find(select={"comment": {"select": {"answer": True}}})
    assert part.comment.model_fields_set == {"answer"}
    assert texts(part.comment.answer) == down(levels)[1:]
    select = inside(levels, {"select": {"text": True}}, "select", "answer")
    deepest = (await find(select={"comment": select})).model_dump()
    assert deepest["comment"] == inside(levels, {"text": "t1"}, "answer")
    assert "comment" not in (await find(omit={"comment": True})).model_dump()


async def test_types_that_hold_each_other(db: Any, package: Any) -> None:
    made = await db.thread.create(
        {"folder": {"name": "a", "entry": {"title": "b", "folders": [folder(2), folder(3)]}}}
    )
    second = made.folder.entry.folders[1].entry.folder
    assert type(second) is package.models.Folder
    assert (second.name, second.entry.title, second.entry.folder.name) == ("f2", "e", "f1")
    where = {"folder": {"is": {"entry": {"is": {"folders": {"some": {"name": "f3"}}}}}}}
    assert await db.thread.find_many(where=where) == [made]


async def test_all_writes_answer_with_it(db: Any) -> None:
    first, second = await db.thread.create_many_and_return([{"comment": one(3)}, {}])
    assert (texts(first.comment), second.comment) == (down(3), None)
    (changed,) = await db.thread.update_many_and_return(
        where={"id": second.id}, data={"comment": {"set": one(4)}}
    )
    assert texts(changed.comment) == down(4)
    made = await db.thread.upsert(
        where={"id": second.id}, data={"create": {}, "update": {"comments": {"push": many(3)}}}
    )
    assert texts(made.comments[0]) == down(3)
    assert texts((await db.thread.delete(where={"id": first.id})).comment) == down(3)


# --- filters and orders ---


async def names(db: Any, where: dict[str, Any]) -> list[str]:
    found = await db.thread.find_many(where=where, order={"name": "asc"})
    return [each.name for each in found]


@pytest.mark.parametrize("levels", DEPTHS)
async def test_it_is_filtered(db: Any, levels: int) -> None:
    await db.thread.create({"name": "a", "comment": one(levels), "comments": [many(levels)]})
    await db.thread.create({"name": "b"})

    def deep(**leaf: Any) -> dict[str, Any]:
        return {"comment": inside(levels, {"is": leaf}, "is", "answer")}

    assert await names(db, deep(text="t1")) == ["a"]
    assert await names(db, deep(text={"startswith": "x"})) == []
    assert await names(db, deep(answer={"is_set": True})) == []
    assert await names(db, {"NOT": [deep(text="x")]}) == ["a"]
    for text, expected in (("t1", ["a"]), ("x", [])):
        some = inside(levels, {"some": {"text": text}}, "some", "answers")
        assert await names(db, {"comments": some}) == expected
    same = {"equals": db.thread.fields.comment.answer.text}
    assert await names(db, deep(text=same)) == ["a"]


@pytest.mark.parametrize("levels", DEPTHS)
async def test_it_is_compared_whole(db: Any, levels: int) -> None:
    full = {"likes": 1, "kind": "SELLER", "answers": []}
    comment: dict[str, Any] = {"text": "a", **full}
    for _ in range(levels - 1):
        comment = {"text": "a", **full, "answer": comment}
    await db.thread.create({"name": "a", "comment": comment, "comments": [comment]})
    assert await names(db, {"comment": {"equals": comment}}) == ["a"]
    assert await names(db, {"comments": {"equals": [comment]}}) == ["a"]
    assert await names(db, {"comment": {"equals": {**comment, "text": "b"}}}) == []


@pytest.mark.parametrize("levels", DEPTHS)
async def test_it_orders(db: Any, levels: int) -> None:
    for name in "bca":
        await db.thread.create({"name": name, "comment": one(levels, text=name)})
    order = {"comment": inside(levels, {"text": "desc"}, "answer")}
    found = await db.thread.find_many(order=order)
    assert [each.name for each in found] == ["c", "b", "a"]
    page = await db.thread.find_many(order=order, cursor={"id": found[0].id}, skip=1, take=1)
    assert [each.name for each in page] == ["b"]


# --- changes ---


@pytest.mark.parametrize("levels", DEPTHS)
async def test_one_level_of_it_is_changed(db: Any, levels: int) -> None:
    made = await db.thread.create({"comment": one(levels)})
    at = {"where": {"id": made.id}}

    async def changed(**leaf: Any) -> Any:
        new = {"upsert": {"set": {"text": "new"}, "update": leaf}}
        for _ in range(levels - 1):
            new = {"upsert": {"set": {"text": "new"}, "update": {"answer": new}}}
        return (await db.thread.update(**at, data={"comment": new})).comment

    assert texts(await changed(text="z")) == [*down(levels)[:-1], "z"]
    assert texts(await changed(answer={"set": one(2)})) == [*down(levels)[:-1], "z", "t2", "t1"]
    assert texts(await changed(answer={"unset": True})) == [*down(levels)[:-1], "z"]
    await db.thread.update(**at, data={"comment": {"unset": True}})
    assert texts(await changed(text="z")) == ["new"] * levels


@pytest.mark.parametrize("levels", [1, 5, 20])
async def test_one_level_of_lists_is_changed(db: Any, levels: int) -> None:
    made = await db.thread.create({"comments": [many(levels)]})

    async def changed(leaf: Any) -> Any:
        for _ in range(levels - 1):
            leaf = {"update_many": {"where": {}, "data": {"answers": leaf}}}
        found = await db.thread.update(where={"id": made.id}, data={"comments": leaf})
        comments = found.comments
        for _ in range(levels - 1):
            comments = comments[0].answers
        return [(each.text, each.likes) for each in comments]

    assert await changed({"push": {"text": "p"}}) == [("t1", 0), ("p", 0)]
    more = {"where": {"text": "p"}, "data": {"likes": {"increment": 2}}}
    assert await changed({"update_many": more}) == [("t1", 0), ("p", 2)]
    assert await changed({"delete_many": {"where": {"likes": 0}}}) == [("p", 2)]


@pytest.mark.parametrize("levels", DEPTHS)
async def test_it_is_streamed(db: Any, package: Any, levels: int) -> None:
    async with asyncio.timeout(PATIENCE), db.watch(package.models.Thread) as changes:
        made = await db.thread.create({"comment": one(levels), "comments": [many(levels)]})
        change = await anext(changes)
        assert change.after == made
        new = await db.thread.update(where={"id": made.id}, data={"comment": one(levels + 1)})
        change = await anext(changes)
        assert (change.after, change.updated_fields) == (new, {"comment"})


# --- what is stored and does not fit ---


def stored(levels: int, leaf: Any, name: str = "answer") -> Any:
    """A stored comment so many levels deep, that has `leaf` there."""
    whole = {"text": "t", "n": 1, "kind": "BUYER", "answers": []}
    for _ in range(levels - 1):
        leaf = {**whole, name: [leaf] if name == "answers" else leaf}
    return leaf


BAD: Final = (({"text": 5}, "text", "P2023"), ({"n": 1}, "text", "P2032"), (5, None, "P2023"))


@pytest.mark.parametrize("name", ["answer", "answers"])
@pytest.mark.parametrize("levels", [2, 6, 60, 85])
@pytest.mark.parametrize(("leaf", "field", "code"), BAD, ids=str)
async def test_what_does_not_fit_is_named_by_its_path(
    db: Any, levels: int, leaf: Any, field: str | None, code: str, name: str
) -> None:
    key = await put(db, c=stored(levels, leaf, name))
    good = await db.thread.create({})
    with pytest.raises(DataError) as caught:
        await db.thread.find_many()
    above = levels - 1 if field else levels - 2
    assert caught.value.code == code
    assert caught.value.meta["model"] == ".".join(["Thread", "comment", *[name] * above])
    assert (caught.value.meta["field"], caught.value.meta["id"]) == (field or name, key)
    assert await db.thread.find_many(on_invalid="skip") == [good]


async def test_what_is_unusual_is_read_at_any_depth(db: Any) -> None:
    key = await put(
        db, c=stored(4, {"text": ObjectId("0" * 24), "n": 2.0, "more": 1, "answer": None})
    )
    found = (await db.thread.find_unique(where={"id": key})).comment
    assert texts(found) == ["t", "t", "t", "0" * 24]
    assert found.answer.answer.answer.likes == 2


def below(frames: int, ask: Callable[[], Awaitable[Any]]) -> Awaitable[Any]:
    """Ask from so many calls down."""

    async def asking(left: int) -> Any:
        return await (asking(left - 1) if left else ask())

    return asking(frames)


@pytest.mark.mongo_only("what is answered in memory is copied, which needs more of the stack")
async def test_what_the_stack_cannot_hold_is_an_error_of_the_record(db: Any) -> None:
    key = await put(db, c=stored(178, {"text": "t"}))
    find = db.thread.find_many
    refused: list[tuple[int, DataError]] = []
    for frames in range(600, 900, 50):  # how many are too many depends on the version of Python
        try:
            found = await below(frames, find)
        except DataError as error:
            refused.append((frames, error))
        else:
            assert len(texts(found[0].comment)) == 178
    for frames, told in refused:
        assert "nested too deeply" in str(told)
        assert (told.code, told.meta["id"]) == ("P2023", key)
        assert await below(frames, partial(find, on_invalid="skip")) == []
    assert refused
    assert len(texts((await find())[0].comment)) == 178


async def test_what_mongodb_cannot_hold(db: Any) -> None:
    with pytest.raises(DataError) as caught:
        await db.thread.create({"comment": one(190)})
    assert caught.value.code == "P2035"
    with pytest.raises(FieldNotFoundError, match="nested too deeply"):
        await db.thread.create({"comment": one(900)})


# --- classes ---


class Answer(BaseModel):
    """Its own name for the text, and nothing else of the type."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(alias="text")
    answer: Answer | None
    answers: list[Answer]
    note: str = "n"


class Shelf(BaseModel):
    name: str
    entry: Paper | None


class Paper(BaseModel):
    folder: Shelf | None
    folders: list[Shelf]


class Card(BaseModel):
    comment: Answer | None
    comments: list[Answer]
    folder: Shelf | None


@pytest.mark.parametrize("levels", DEPTHS)
async def test_a_class_of_ones_own_selects_within_itself(db: Any, levels: int) -> None:
    data = {"comment": one(levels), "comments": [many(levels)], "folder": folder(levels)}
    await db.thread.create(data)
    card = await db.thread.returning(Card).find_first()
    assert card.model_dump(by_alias=True, exclude_defaults=True).keys() == data.keys()
    alone, listed, shelf = card.comment, card.comments[0], card.folder
    for text in down(levels):
        assert (alone.words, listed.words, alone.note) == (text, text, "n")
        assert shelf.name == text.replace("t", "f")
        alone, listed = alone.answer, next(iter(listed.answers), None)
        shelf = shelf.entry and shelf.entry.folder
    assert (alone, listed, shelf) == (None, None, None)
    assert await db.thread.returning(Card).create(data) == card


async def test_generated_classes_and_plain_dicts_hold_it_as_well(db: Any, package: Any) -> None:
    class Own(package.models.Comment):  # type: ignore[misc]
        answer: Own | None = None

        @property
        def shout(self) -> str:
            return str(self.text.upper())

    made = await db.thread.create({"comment": one(3), "folder": folder(3)})
    kinds = {"comment": package.models.Comment | None, "folder": dict[str, Any] | None}
    kind = type("Whole", (BaseModel,), {"__annotations__": kinds, "__module__": __name__})
    whole: Any = await db.thread.returning(kind).find_first()
    assert (whole.comment, whole.folder["entry"]["folder"]["name"]) == (made.comment, "f2")
    Own.model_rebuild(_types_namespace={"Own": Own})
    kind = type("Owned", (BaseModel,), {"__annotations__": {"comment": Own | None}})
    owned: Any = await db.thread.returning(kind).find_first()
    assert owned.comment.answer.answer.shout == "T1"


async def test_a_class_within_itself_that_does_not_fit(db: Any) -> None:
    class Wrong(BaseModel):
        text: int
        answer: Wrong | None

    class Narrow(BaseModel):
        text: str
        answer: Narrow

    class Listed(BaseModel):
        text: str
        answer: list[Listed] | None

    for inner, words in (
        (Wrong, "Wrong.text: Comment.text is String in the schema"),
        (Narrow, "Narrow.answer: Comment.answer is optional in the schema"),
        (Listed, "Listed.answer: Comment.answer is Comment in the schema"),
    ):
        inner.model_rebuild(_types_namespace={inner.__name__: inner})
        kind = type("Outer", (BaseModel,), {"__annotations__": {"comment": inner | None}})
        with pytest.raises(SelectionError, match=words):
            db.thread.returning(kind)


async def test_what_fastapi_answers(db: Any) -> None:
    await db.thread.create({"comment": one(3)})
    app = FastAPI()

    @app.get("/threads")
    async def threads() -> list[Card]:
        cards: list[Card] = await db.thread.returning(Card).find_many()
        return cards

    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop") as client:
        (answer,) = (await client.get("/threads")).json()
        described = (await client.get("/openapi.json")).json()
    assert answer["comment"]["answer"]["answer"]["text"] == "t1"
    assert "Answer" in described["components"]["schemas"]


async def test_a_factory_stops_at_what_is_optional(db: Any, package: Any) -> None:
    threads = factory(package.models.Thread, db)
    made = await threads.create()
    assert (made.comment, made.comments, made.folder) == (None, [], None)
    assert texts((await threads.create(comment=one(3))).comment) == down(3)
