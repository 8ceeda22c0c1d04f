"""`select`, `omit`, `@omit` and the numbers of related records, on both stores."""

from __future__ import annotations

import pickle
import warnings
from itertools import product
from typing import Any, Final

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prisma.errors import DataError, FieldNotFoundError, UnknownRelationalFieldError
from pymongo.database import Database

from prismongo.query.decode import shapes

HOME: Final[Any] = {"street": "1 High Street", "geo": {"latitude": 1.5, "longitude": 2}}
ADA: Final[Any] = {"name": "Ada", "email": "ada@example.org", "secret": "hash", "home": HOME}


async def ada(db: Any) -> Any:
    """A user with two orders and a review."""
    orders = [{"number": n, "shop": "x", "total": n, "data": _json({})} for n in (1, 2)]
    reviews = [{"stars": 5, "text": "good"}]
    return await db.user.create(
        {**ADA, "orders": {"create": orders}, "reviews": {"create": reviews}}
    )


def _json(value: Any) -> Any:
    from prisma.fields import Json

    return Json(value)


# --- select ---


async def test_only_what_is_selected_is_in_the_answer(db: Any, package: Any) -> None:
    await ada(db)
    found = await db.user.find_first(select={"name": True, "email": False})
    assert type(found) is package.models.User
    assert found.model_dump() == {"name": "Ada"}
    assert found.model_fields_set == {"name"}
    assert repr(found) == "User(name='Ada')"
    for name in ("email", "orders", "age", "counts"):
        with pytest.raises(AttributeError, match=f"User.{name} was not selected"):
            getattr(found, name)
        assert not hasattr(found, name)
    with pytest.raises(AttributeError, match="no attribute 'shoe_size'"):
        _ = found.shoe_size


async def test_relations_and_composites_inside_a_select(db: Any, package: Any) -> None:
    await ada(db)
    select = {
        "home": {"select": {"street": True, "geo": {"select": {"latitude": True}}}},
        "orders": {"select": {"number": True}, "order_by": {"number": "desc"}, "take": 1},
        "reviews": True,
    }
    found = await db.user.find_first(select=select)
    assert found.model_dump(exclude={"reviews"}) == {
        "home": {"street": "1 High Street", "geo": {"latitude": 1.5}},
        "orders": [{"number": 2}],
    }
    assert type(found.home) is package.models.Address
    with pytest.raises(AttributeError, match=r"Address\.city was not selected"):
        _ = found.home.city
    with pytest.raises(AttributeError, match=r"Order\.total was not selected"):
        _ = found.orders[0].total
    assert (found.reviews[0].text, found.reviews[0].user) == ("good", None)


async def test_select_inside_include_and_the_other_way_round(db: Any) -> None:
    await ada(db)
    found = await db.user.find_first(include={"orders": {"select": {"number": True}}})
    assert found.name == "Ada"
    assert [order.model_dump() for order in found.orders] == [{"number": 1}, {"number": 2}]
    found = await db.order.find_first(
        select={"user": {"include": {"reviews": {"omit": {"text": True}}}}}
    )
    assert found.user.name == "Ada"
    (review,) = found.user.reviews
    assert review.stars == 5
    assert not hasattr(review, "text")


ANSWERS: Final[dict[str, Any]] = {
    "create": lambda user, asked: user.create(ADA, **asked),
    "update": lambda user, asked: user.update({"age": 36}, {"email": ADA["email"]}, **asked),
    "nested update": lambda user, asked: user.update(
        {"reviews": {"create": {"stars": 1}}}, {"email": ADA["email"]}, **asked
    ),
    "upsert": lambda user, asked: user.upsert(
        {"email": ADA["email"]}, {"create": ADA, "update": {"age": 37}}, **asked
    ),
    "find_unique": lambda user, asked: user.find_unique({"email": ADA["email"]}, **asked),
    "find_first": lambda user, asked: user.find_first(**asked),
    "find_first_or_raise": lambda user, asked: user.find_first_or_raise(**asked),
    "find_unique_or_raise": lambda user, asked: user.find_unique_or_raise(
        {"email": ADA["email"]}, **asked
    ),
    "delete": lambda user, asked: user.delete({"email": ADA["email"]}, **asked),
}


async def test_wherever_a_record_comes_back(db: Any) -> None:
    for name, ask in ANSWERS.items():
        for asked, dumped in (
            ({"select": {"name": True}}, {"name": "Ada"}),
            ({"select": {"secret": True}}, {"secret": "hash"}),
        ):
            await db.user.delete_many()
            if name != "create":
                await db.user.create(ADA)
            found = await ask(db.user, asked)
            assert found.model_dump() == dumped, name


@pytest.mark.mongo_only("a server sends projections")
async def test_the_server_sends_what_is_selected(db: Any, live: Database[Any]) -> None:
    await ada(db)
    live.command("profile", 2)
    await db.user.find_many(select={"name": True, "orders": {"select": {"number": True}}})
    live.command("profile", 0)
    users, orders = (
        next(iter(live["system.profile"].find({"command.find": name})))["command"]["projection"]
        for name in ("User", "Order")
    )
    assert set(users) == {"_id", "name"}
    assert set(orders) == {"_id", "number", "userId"}


REFUSED: Final[tuple[tuple[dict[str, Any], str], ...]] = (
    ({"select": {"id": True}, "include": {"orders": True}}, r"`include`: `select` says all"),
    ({"select": {"id": True}, "omit": {"name": True}}, r"`omit`: `select` says all"),
    ({"select": {}}, r"`select` of User at `select` must not be empty"),
    ({"select": {"id": False}}, r"must not be empty"),
    (
        {"select": {"shoes": True}},
        r"Field 'shoes' not found .* 'User', at `select\.shoes`\. It has: id,",
    ),
    ({"select": {"name": {"select": {"x": True}}}}, r"Cannot select over scalar field 'name'"),
    ({"select": {"home": {"select": {"x": True}}}}, r"Field 'x' not found .* 'Address'"),
    ({"select": {"home": {"include": {}}}}, r"`select\.home\.include`"),
    ({"select": {"home": {"select": {}}}}, r"must not be empty"),
    ({"select": ["id"]}, r"`select`: expected a mapping, got list"),
    ({"select": {"orders": {"select": {"x": True}}}}, r"at `select\.orders\.select\.x`"),
    ({"include": {"orders": {"where": {"x": 1}}}}, r"at `include\.orders\.where\.x`"),
    ({"include": {"orders": {"order_by": {"x": 1}}}}, r"at `include\.orders\.order_by\.x`"),
    (
        {"include": {"orders": {"select": {"user": {"select": {"x": True}}}}}},
        r"`include\.orders\.select\.user\.select\.x`",
    ),
    ({"select": {"orders": {"select": {}}}}, r"at `select\.orders\.select` must not be empty"),
    ({"omit": {"shoes": True}}, r"Unknown argument `shoes` at `omit\.shoes`"),
    ({"omit": {"orders": True}}, r"Unknown argument `orders` at `omit\.orders`"),
    ({"omit": {"name": "yes"}}, r"`omit\.name`: expected True or False, got str"),
    ({"include": {"orders": {"omit": {"x": True}}}}, r"`include\.orders\.omit\.x`"),
    ({"include": {"_count": {"select": {"manager": True}}}}, r"Field 'manager' not found"),
    ({"include": {"_count": {"select": {"orders": {"take": 1}}}}}, r"`take`"),
    ({"include": {"_count": 3}}, r"Expected `bool` or `dict` include value"),
)


@pytest.mark.parametrize(("asked", "words"), REFUSED, ids=lambda item: str(item)[:50])
async def test_what_is_not_so_is_refused(db: Any, asked: dict[str, Any], words: str) -> None:
    await ada(db)
    with pytest.raises(DataError, match=words) as caught:
        await db.user.find_first(**asked)
    assert caught.value.code == "P2009"


async def test_an_unknown_relation_of_a_select_is_refused(db: Any) -> None:
    with pytest.raises(UnknownRelationalFieldError):
        await db.user.find_first(include={"shoes": {"select": {"id": True}}})
    with pytest.raises(FieldNotFoundError):
        await db.user.find_first(select={"shoes": {"select": {"id": True}}})


# --- omit ---


async def test_all_but_what_is_omitted(db: Any) -> None:
    made = await db.user.create(ADA, omit={"email": True, "home": True})
    assert not hasattr(made, "email")
    assert not hasattr(made, "home")
    assert (made.name, made.age, made.orders) == ("Ada", None, None)
    assert "email" not in made.model_dump()
    found = await db.user.find_first(omit={"email": False, "name": True})
    assert found.email == ADA["email"]
    assert not hasattr(found, "name")


async def test_what_the_schema_omits_is_in_no_answer(db: Any) -> None:
    made = await ada(db)
    found = await db.user.find_first()
    included = await db.order.find_first(include={"user": True})
    changed = await db.user.update({"age": 1}, {"id": made.id})
    for user in (made, found, included.user, changed):
        assert "hash" not in repr(user)
        assert "secret" not in user.model_dump()
        with pytest.raises(AttributeError, match=r'User\.secret was .* omit=\{"secret": False\}'):
            _ = user.secret


async def test_a_call_brings_it_back(db: Any) -> None:
    await ada(db)
    assert (await db.user.find_first(omit={"secret": False})).secret == "hash"
    assert (await db.user.find_first(select={"secret": True})).secret == "hash"
    found = await db.order.find_first(include={"user": {"omit": {"secret": False}}})
    assert found.user.secret == "hash"
    assert await db.user.count(where={"secret": "hash"}) == 1
    assert (await db.user.group_by(["secret"], count=True))[0]["secret"] == "hash"


async def test_an_omit_that_was_seen_before_is_still_looked_at(db: Any) -> None:
    await ada(db)
    for _ in range(4):
        assert (await db.user.find_first(omit={"secret": False})).secret == "hash"
        assert not hasattr(await db.user.find_first(omit={"secret": True, "name": True}), "name")
    for wrong in ({"secret": 0}, {"secret": None}, {"secret": 1, "name": True}, {"shoes": False}):
        with pytest.raises(DataError) as caught:
            await db.user.find_first(omit=wrong)
        assert caught.value.code == "P2009"


def test_so_many_omits_are_remembered(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "OMISSIONS", 10)
    shape = shapes.shape_of(package.models.User)
    for values in product((True, False), repeat=5):
        omit = dict(zip(("email", "name", "age", "secret", "home"), values, strict=True))
        assert shape.seen_omitting(omit) is None
        assert shape.omitting(omit) is shape.seen_omitting(omit)
        assert len(shape._omitting) <= 10


async def test_a_stream_omits_it_as_well(db: Any) -> None:
    async with db.watch(db.user._model) as changes:
        await db.user.create(ADA)
        change = await anext(changes)
    assert change.after.name == "Ada"
    assert not hasattr(change.after, "secret")
    assert "hash" not in repr(change)


async def test_a_class_of_ones_own_selects_what_it_declares(db: Any, package: Any) -> None:
    declares: Any = type(
        "Login",
        (package.bases.BaseUser,),
        {"__annotations__": {"name": str, "secret": str}, "__module__": __name__},
    )
    inherits: Any = type("Member", (package.models.User,), {"__module__": __name__})
    await ada(db)
    assert (await declares.prisma(db).find_first()).secret == "hash"
    member = await inherits.prisma(db).find_first(include={"orders": True})
    assert type(member) is inherits
    assert (member.name, len(member.orders)) == ("Ada", 2)
    assert not hasattr(member, "secret")
    assert (await inherits.prisma(db).find_first(omit={"secret": False})).secret == "hash"
    short = await inherits.prisma(db).find_first(select={"id": True})
    assert list(short.model_dump()) == ["id"]


# --- the numbers of related records ---


async def test_counts(db: Any) -> None:
    await ada(db)
    await db.user.create({**ADA, "email": "bob", "name": "Bob"})
    plain = await db.user.find_first()
    assert plain.counts is None
    assert "counts" not in plain.model_dump()
    assert "counts" not in repr(plain)
    asked: dict[str, Any] = {
        "_count": {"select": {"orders": {"where": {"total": {"gt": 1}}}, "reviews": True}}
    }
    for words in ({"include": asked}, {"select": {**asked, "name": True}}):
        found = await db.user.find_many(order={"name": "asc"}, **words)
        assert [user.counts for user in found] == [
            {"orders": 1, "reviews": 1},
            {"orders": 0, "reviews": 0},
        ]
        assert found[0].model_dump()["counts"] == {"orders": 1, "reviews": 1}
        assert found[0].model_dump(by_alias=True)["_count"] == {"orders": 1, "reviews": 1}
    everything = await db.user.find_first(include={"_count": True})
    assert everything.counts == {"reports": 0, "orders": 2, "reviews": 1}
    nested = await db.order.find_first(include={"user": {"include": {"_count": True}}})
    assert nested.user.counts["orders"] == 2
    with pytest.raises(UnknownRelationalFieldError):
        await db.order.find_first(include={"_count": True})


# --- a record of which a part is there ---


async def test_a_part_of_a_record_survives(db: Any, package: Any) -> None:
    await ada(db)
    one, two = [await db.user.find_first(select={"name": True, "home": True}) for _ in "12"]
    whole = await db.user.find_first()
    assert one == two
    assert one != whole
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert one.model_dump_json().startswith('{"name":"Ada","home":{"street"')
        assert package.models.User.model_validate(one) is one
        assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
        changed = one.model_copy(update={"name": "Grace"}, deep=True)
    assert (changed.name, one.name) == ("Grace", "Ada")
    assert not hasattr(changed, "email")


async def test_a_part_of_a_record_as_fastapi_answers_it(db: Any, package: Any) -> None:
    await ada(db)
    part = await db.user.find_first(select={"name": True, "_count": True})
    whole = await db.user.find_first()
    app = FastAPI()
    app.get("/part", response_model=package.models.User)(lambda: part)
    app.get("/all", response_model=list[package.models.User])(lambda: [part, whole])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop") as client:
        assert (await client.get("/part")).json() == {
            "name": "Ada",
            "_count": {"reports": 0, "orders": 2, "reviews": 1},
        }
        answer = (await client.get("/all")).json()
        assert answer[0] == {"name": "Ada", "_count": {"reports": 0, "orders": 2, "reviews": 1}}
        assert answer[1]["email"] == ADA["email"]
        assert "secret" not in answer[1]
