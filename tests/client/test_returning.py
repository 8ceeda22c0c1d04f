"""`returning`: answers of classes of one's own, on both stores."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Final, Literal

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prisma.errors import DataError, RecordNotFoundError
from prisma.fields import Base64, Json
from pydantic import BaseModel, Field, computed_field

from prismongo import Count, Include, selects
from prismongo.errors import SelectionError

HOME: Final[Any] = {"street": "1 High Street", "geo": {"latitude": 1.5, "longitude": 2}}
ADA: Final[Any] = {"name": "Ada", "email": "ada@example.org", "secret": "hash", "home": HOME}


class Tag(StrEnum):
    NEW = "NEW"
    SALE = "SALE"


class Place(BaseModel):
    latitude: float


class Home(BaseModel):
    road: str = Field(alias="street")
    geo: Place | None


class OrderLine(BaseModel):
    number: int
    tags: list[Tag]


class UserCard(BaseModel):
    name: str
    mail: str = Field(alias="email")
    home: Home
    others: list[Home]
    latest: Annotated[
        list[OrderLine], Include(take=1, order={"number": "desc"}, where={"total": {"gt": 0}})
    ] = Field(alias="orders")
    reviews: Annotated[int, Count("reviews")]
    large: Annotated[int, Count("orders", where={"total": {"gt": 1}})]
    note: str = "of no schema"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def shout(self) -> str:
        return f"{self.name}!"


class Person(BaseModel):
    name: str


class Receipt(BaseModel):
    user: Person
    number: int


async def ada(db: Any) -> Any:
    """A user with two orders and a review."""
    orders = [
        {"number": n, "shop": "x", "total": n, "data": Json({"n": [n]}), "tags": ["NEW"]}
        for n in (1, 2)
    ]
    reviews = [{"stars": 5, "text": "good"}]
    return await db.user.create(
        {**ADA, "orders": {"create": orders}, "reviews": {"create": reviews}}
    )


CARD: Final[Any] = {
    "name": "Ada",
    "mail": "ada@example.org",
    "home": {"road": "1 High Street", "geo": {"latitude": 1.5}},
    "others": [],
    "latest": [{"number": 2, "tags": [Tag.NEW]}],
    "reviews": 1,
    "large": 1,
    "note": "of no schema",
    "shout": "Ada!",
}


async def test_the_fields_of_a_class_are_the_selection(db: Any) -> None:
    await ada(db)
    (card,) = await db.user.returning(UserCard).find_many()
    assert type(card) is UserCard
    assert card.model_dump() == CARD
    assert type(card.latest[0].tags[0]) is Tag


async def test_every_action_answers_with_it(db: Any) -> None:
    await ada(db)
    people, where = db.user.returning(Person), {"email": ADA["email"]}
    ada_ = Person(name="Ada")
    assert await people.find_unique(where) == ada_
    assert await people.find_unique({"email": "x"}) is None
    assert await people.find_unique_or_raise(where) == ada_
    assert await people.find_first() == ada_
    assert await people.find_first_or_raise() == ada_
    assert await people.update({"name": "Grace"}, where) == Person(name="Grace")
    assert await people.upsert(where, {"create": ADA, "update": {"name": "Ada"}}) == ada_
    assert await people.create({**ADA, "email": "b"}) == ada_
    assert await people.delete({"email": "b"}) == ada_
    assert await people.delete({"email": "b"}) is None
    with pytest.raises(RecordNotFoundError):
        await people.find_unique_or_raise({"email": "b"})
    assert await people.count() == 1
    async with db.tx() as tx:
        assert await tx.user.returning(Person).find_many(take=1) == [ada_]


async def test_a_relation_to_one(db: Any, package: Any) -> None:
    await ada(db)
    found = await db.order.returning(Receipt).find_first(order={"number": "asc"})
    assert found == Receipt(user=Person(name="Ada"), number=1)

    class Whole(BaseModel):
        user: package.models.User
        model_config = {"arbitrary_types_allowed": True}

    Whole.model_rebuild(_types_namespace={"package": package})
    whole = (await db.order.returning(Whole).find_first()).user
    assert type(whole) is package.models.User
    assert whole.email == ADA["email"]
    assert not hasattr(whole, "secret")  # as anywhere else


async def test_a_generated_class(db: Any, package: Any) -> None:
    await ada(db)
    found = await db.user.returning(package.models.User).find_first(include={"orders": True})
    assert len(found.orders) == 2
    with pytest.raises(SelectionError, match="User: it is a class of User, and not of Order"):
        db.order.returning(package.models.User)


async def test_every_type_of_value(db: Any) -> None:
    class Everything(BaseModel):
        id: str
        age: int | None
        score: Decimal
        visits: int
        role: Literal["BUYER", "SELLER"]
        isActive: bool  # noqa: N815 - the schema's name
        createdAt: datetime  # noqa: N815 - the same
        avatar: bytes | None
        extra: dict[str, Any] | None
        notes: list[str]
        roles: tuple[str, ...]
        home: dict[str, Any]

    await db.user.create({**ADA, "avatar": Base64.encode(b"\0"), "extra": Json({"a": [1]})})
    found = await db.user.returning(Everything).find_first()
    assert (found.avatar, found.extra, found.score) == (b"\0", {"a": [1]}, Decimal(0))
    assert found.home["street"] == "1 High Street"

    class Encoded(BaseModel):
        avatar: Base64 | None
        extra: Any
        model_config = {"arbitrary_types_allowed": True}

    encoded = await db.user.returning(Encoded).find_first()
    assert encoded.avatar == Base64.encode(b"\0")
    assert encoded.extra == {"a": [1]}


async def test_what_fastapi_answers(db: Any) -> None:
    await ada(db)
    app = FastAPI()

    @app.get("/users")
    async def users() -> list[UserCard]:
        cards: list[UserCard] = await db.user.returning(UserCard).find_many()
        return cards

    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop") as client:
        (answer,) = (await client.get("/users")).json()
    assert "hash" not in str(answer)
    assert answer["orders"] == [{"number": 2, "tags": ["NEW"]}]
    assert answer["shout"] == "Ada!"


@pytest.mark.parametrize("word", ["include", "select", "omit"])
async def test_nothing_else_selects(db: Any, word: str) -> None:
    with pytest.raises(DataError, match=f"UserCard says all .* leave out `{word}`"):
        await db.user.returning(UserCard).find_many(**{word: {"orders": True}})


# --- what does not fit ---


def misfit(*fields: tuple[str, Any], **more: Any) -> type[BaseModel]:
    """A class of these fields."""
    annotations = {**dict(fields), **more}
    return type("Card", (BaseModel,), {"__annotations__": annotations, "__module__": __name__})


class Endless(BaseModel):
    reports: list[Endless]


class Aliased(BaseModel):
    name: str = Field(validation_alias="shoes")


MISFITS: Final[tuple[tuple[type[BaseModel], str], ...]] = (
    (misfit(shoes=str), "Card.shoes: User has no field `shoes`."),
    (misfit(name=int), "Card.name: User.name is String in the schema."),
    (misfit(age=int), "Card.age: User.age is optional in the schema; add `| None`."),
    (misfit(age=str | None), "Card.age: User.age is Int in the schema."),
    (misfit(score=int), "Card.score: User.score is Float in the schema."),
    (misfit(isActive=int), "Card.isActive: User.isActive is Boolean in the schema."),
    (misfit(createdAt=str), "Card.createdAt: User.createdAt is DateTime in the schema."),
    (misfit(notes=str), "Card.notes: User.notes is String[] in the schema."),
    (misfit(notes=list[int]), "Card.notes: User.notes is String[] in the schema."),
    (misfit(name=list[str]), "Card.name: User.name is String in the schema."),
    (misfit(role=int), "Card.role: User.role is Role in the schema."),
    (misfit(role=Literal[3]), "Card.role: User.role is Role in the schema."),
    (misfit(role=Literal["NONE"]), "Card.role: User.role is Role in the schema."),
    (misfit(role=Tag), "Card.role: User.role is Role in the schema."),
    (misfit(role=IntEnum("Rank", ["BUYER"])), "Card.role: User.role is Role in the schema."),
    (misfit(roles=list[Tag]), "Card.roles: User.roles is Role[] in the schema."),
    (misfit(name=Person), "Card.name: User.name is String in the schema."),
    (misfit(home=str), "Card.home: User.home is Address in the schema."),
    (misfit(work=Home), "Card.work: User.work is optional in the schema; add `| None`."),
    (misfit(orders=int), "Card.orders: User.orders is a relation: the type is a list of a class."),
    (
        misfit(orders=OrderLine),
        "Card.orders: User.orders is a relation: the type is a list of a class.",
    ),
    (
        misfit(manager=list[Person] | None),
        "Card.manager: User.manager is a relation: the type is a class.",
    ),
    (
        misfit(manager=Annotated[Person | None, Include(take=1)]),
        "Card.manager: `Include` is for relations to many records.",
    ),
    (
        misfit(n=Annotated[int, Count("manager")]),
        "Card.n: User has no relation `manager` to many records: reports, orders, reviews.",
    ),
    (
        misfit(n=Annotated[int, Count("orders")], m=Annotated[int, Count("orders")]),
        "Card.m: `orders` is counted twice.",
    ),
    (misfit(home=misfit(shoes=str)), "Card.shoes: Address has no field `shoes`."),
    (misfit(orders=list[misfit(shoes=str)]), "Card.shoes: Order has no field `shoes`."),  # type: ignore[misc]
    (misfit(), "Card: it has no field of User."),
    (Endless, "Endless: it selects itself without an end."),
    (Aliased, "Aliased.name: User has no field `shoes`."),
)


@pytest.mark.parametrize(("kind", "words"), MISFITS, ids=lambda item: str(item)[:40])
async def test_what_does_not_fit_is_said_by_class_and_field(
    db: Any, kind: type[BaseModel], words: str
) -> None:
    with pytest.raises(SelectionError) as caught:
        db.user.returning(kind)
    assert str(caught.value) == words


async def test_a_generated_class_of_another_composite_type(db: Any, package: Any) -> None:
    for kind in (package.models.Geo, type("Own", (package.models.Geo,), {})):
        for annotation in (kind, kind | None):
            with pytest.raises(
                SelectionError, match=r"^Card\.home: User\.home is Address in the schema"
            ):
                db.user.returning(misfit(home=annotation))
        with pytest.raises(
            SelectionError, match=r"^Card.others: User.others is Address\[\] in the"
        ):
            db.user.returning(misfit(others=list[kind]))  # type: ignore[valid-type]


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (
            Annotated[list[OrderLine], Include(where={"shoes": 1})],
            r"^Card\.orders: Unknown argument `shoes` at `include\.orders\.where\.shoes`",
        ),
        (Annotated[list[OrderLine], Include(order={"x": "asc"})], r"^Card\.orders: .*order_by\.x"),
        (Annotated[int, Count("orders", where={"x": 1})], r"^Card\.orders: .*_count\.orders"),
    ],
)
async def test_an_argument_that_cannot_be_is_said_at_its_field(
    db: Any, annotation: Any, words: str
) -> None:
    with pytest.raises(SelectionError, match=words):
        db.user.returning(misfit(orders=annotation))


@pytest.mark.parametrize("kind", [dict, list[Person], Person(name="x"), "Person", None, {}])
async def test_what_is_no_class_of_pydantics(db: Any, kind: Any) -> None:
    with pytest.raises(DataError, match="expected a class that derives from pydantic's BaseModel"):
        db.user.returning(kind)
    with pytest.raises(TypeError, match=r"@selects\(User\)"):
        selects(kind)


async def test_a_class_that_says_of_which_model_it_is(db: Any, package: Any) -> None:
    kind = selects(package.models.Order)(misfit(number=int))
    assert await db.order.returning(kind).find_many() == []
    with pytest.raises(SelectionError, match="Card: it selects of Order, and not of User"):
        db.user.returning(kind)


# --- records that cannot be read ---


async def test_records_that_cannot_be_read_are_left_out(db: Any) -> None:
    await ada(db)
    lost = {"number": 3, "shop": "x", "total": 3, "userId": "65a0000000000000000000aa"}
    await db.order.create({**lost, "data": Json({})})
    receipts, user = db.order.returning(Receipt), Person(name="Ada")
    kept = [Receipt(user=user, number=number) for number in (1, 2)]
    order = {"number": "asc"}
    assert await receipts.find_many(order=order, on_invalid="skip") == kept
    assert len(await db.order.find_many(include={"user": True}, on_invalid="skip")) == 2
    for asked in (
        receipts.find_many(order=order),
        receipts.find_many(order=order, on_invalid="raise"),
        receipts.find_first(where={"number": 3}, on_invalid="skip"),
        db.order.find_many(include={"user": True}),
    ):
        with pytest.raises(DataError) as caught:
            await asked
        assert (caught.value.code, caught.value.meta["field"]) == ("P2032", "user")


@pytest.mark.parametrize("word", ["Skip", True, 1, ["skip"]])
async def test_other_words_are_refused(db: Any, word: Any) -> None:
    for action in ("find_many", "find_first", "find_first_or_raise"):
        with pytest.raises(DataError) as caught:
            await getattr(db.user, action)(on_invalid=word)
        assert (caught.value.code, "on_invalid" in str(caught.value)) == ("P2009", True)
