"""Statements that type checkers refuse, at the line of a comment `# wrong`."""

from pydantic import BaseModel
from shop import Json, Prisma, types
from shop.enums import Role
from shop.models import User

from prismongo import Service, atomic, selects

HOME: types.AddressCreateInput = {"street": "x"}
ADA: types.UserCreateInput = {"name": "Ada", "email": "x", "home": HOME}


async def creating(db: Prisma) -> None:
    await db.user.create({"name": "x", "email": "y"})  # wrong
    await db.user.create({"name": "x", "email": "y", "home": {}})  # wrong
    await db.user.create({"name": 1, "email": "y", "home": HOME})  # wrong
    await db.user.create({"name": None, "email": "y", "home": HOME})  # wrong
    await db.user.create({"nmae": "x", "email": "y", "home": HOME})  # wrong
    await db.user.create({"name": "x", "email": "y", "home": HOME, "role": "KING"})  # wrong
    await db.user.create({"name": "x", "email": "y", "home": {"street": 1}})  # wrong
    await db.user.create({"name": "x", "email": "y", "home": {"street": "x", "town": "y"}})  # wrong
    await db.user.create({"name": "x", "email": "y", "home": HOME, "extra": {"a": 1}})  # wrong
    await db.user.create({**ADA, "orders": {"conect": []}})  # wrong
    await db.user.create({**ADA, "orders": {"connect": {"id": 1}}})  # wrong
    await db.user.create_many([{"name": "x", "email": "y", "home": HOME, "orders": {}}])  # wrong
    await db.order.create({"number": 1, "shop": "x", "total": "1", "data": Json(1)})  # wrong
    await db.user.create(ADA, include={"order": True})  # wrong
    await db.user.create(ADA, include={"name": True})  # wrong


async def holding_json(db: Prisma, lists: dict[str, list[int]], objects: dict[str, object]) -> None:
    Json({1, 2})  # wrong
    Json({"a": object()})  # wrong
    Json(objects)  # wrong
    await db.user.update(where={"id": "x"}, data={"extra": lists})  # wrong
    await db.user.find_many(where={"extra": lists})  # wrong
    await db.user.find_many(where={"extra": {"equals": {"a": 1}}})  # wrong
    await db.order.find_many(where={"data": None})  # wrong
    await db.order.find_many(where={"data": {"not": None}})  # wrong


async def reading(db: Prisma) -> None:
    await db.users.find_many()  # wrong
    await db.user.find_unique({"name": "x"})  # wrong
    await db.user.find_unique({})  # wrong
    await db.order.find_unique({"shop_number": {"shop": "x"}})  # wrong
    await db.user.find_many(takes=1)  # wrong
    await db.user.find_many(take="1")  # wrong
    await db.user.find_many(order={"name": "up"})  # wrong
    await db.user.find_many(order={"orders": "asc"})  # wrong
    await db.user.find_many(order={"orders": {"_sum": "asc"}})  # wrong
    await db.user.find_many(order={"home": {"town": "asc"}})  # wrong
    await db.user.find_many(order={"home": "asc"})  # wrong
    await db.user.find_many(distinct=["orders"])  # wrong
    await db.user.find_many(include={"orders": {"limit": 3}})  # wrong
    await db.user.find_many(include={"orders": {"include": {"usr": True}}})  # wrong
    user: User = await db.user.find_unique({"id": "x"})  # wrong
    _ = user.nmae  # wrong
    _ = user.home.town  # wrong


async def filtering(db: Prisma) -> None:
    await db.user.find_many(where={"nmae": "x"})  # wrong
    await db.user.find_many(where={"name": {"search": "x"}})  # wrong
    await db.user.find_many(where={"_search": ["x"]})  # wrong
    await db.user.find_many(where={"home": {"is": {"city": {"search": "x"}}}})  # wrong
    await db.review.find_many(where={"_search": "x"})  # wrong
    await db.review.find_many(where={"text": {"search": None}})  # wrong
    await db.review.find_many(where={"text": {"search": {"$search": "x"}}})  # wrong
    await db.order.find_many(where={"_search": "x"})  # wrong
    await db.user.find_many(order={"_relevance": "best"})  # wrong
    await db.user.find_many(order={"_relevance": {"search": "x"}})  # wrong
    await db.user.find_many(order={"_relevance": {"sort": "asc", "fields": ["email"]}})  # wrong
    await db.user.find_many(where={"name": 1})  # wrong
    await db.user.find_many(where={"name": None})  # wrong
    await db.user.find_many(where={"name": {"in": "abc"}})  # wrong
    await db.user.find_many(where={"name": {"$ne": "x"}})  # wrong
    await db.user.find_many(where={"name": {"is_set": True}})  # wrong
    await db.user.find_many(where={"age": {"contains": "x"}})  # wrong
    await db.user.find_many(where={"role": {"in": ["KING"]}})  # wrong
    await db.user.find_many(where={"role": {"not": None}})  # wrong
    await db.user.find_many(where={"notes": {"has": 1}})  # wrong
    await db.user.find_many(where={"home": {"is": {"town": "x"}}})  # wrong
    await db.user.find_many(where={"home": None})  # wrong
    await db.user.find_many(where={"others": {"any": {"zip": "x"}}})  # wrong
    await db.user.find_many(where={"orders": {"is": {"number": 1}}})  # wrong
    await db.user.find_many(where={"orders": {"some": {"nmber": 1}}})  # wrong
    await db.user.find_many(where={"OR": {"name": "x"}})  # wrong
    await db.order.find_many(where={"user": None})  # wrong


async def selecting(db: Prisma) -> None:
    await db.user.find_many(select={"nmae": True})  # wrong
    await db.user.find_many(select={"name": 1})  # wrong
    await db.user.find_many(select=["name"])  # wrong
    await db.user.find_many(select={"name": {"select": {"x": True}}})  # wrong
    await db.user.find_many(select={"orders": {"select": {"nmber": True}}})  # wrong
    await db.user.find_many(select={"orders": {"limit": 3}})  # wrong
    await db.user.find_many(select={"home": {"select": {"town": True}}})  # wrong
    await db.user.find_many(select={"home": {"include": {}}})  # wrong
    await db.user.find_many(omit={"nmae": True})  # wrong
    await db.user.find_many(omit={"orders": True})  # wrong
    await db.user.find_many(omit={"name": "x"})  # wrong
    await db.user.find_many(include={"orders": {"omit": {"nmber": True}}})  # wrong
    await db.user.find_many(include={"_count": {"orders": True}})  # wrong
    await db.user.find_many(include={"_count": {"select": {"manager": True}}})  # wrong
    await db.user.find_many(include={"_count": {"select": {"orders": {"take": 1}}}})  # wrong
    await db.review.find_many(include={"_count": True})  # wrong
    await db.user.create(ADA, select={"shoes": True})  # wrong
    await db.user.update({"age": 1}, {"id": "x"}, omit={"shoes": True})  # wrong
    await db.user.delete({"id": "x"}, select={"shoes": True})  # wrong
    user = await db.user.find_first_or_raise(include={"_count": True})
    assert user.counts
    _ = user.counts["order"]  # wrong
    text: str = user.counts["orders"]  # wrong
    _ = text


class Card(BaseModel):
    name: str


async def returning(db: Prisma) -> None:
    cards: list[User] = await db.user.returning(Card).find_many()  # wrong
    _ = cards
    await db.user.returning(Card).find_many(select={"id": True})  # wrong
    await db.user.returning(Card).find_many(include={"orders": True})  # wrong
    await db.user.returning(Card).find_many(omit={"name": True})  # wrong
    await db.user.returning(Card).find_many(where={"nmae": "x"})  # wrong
    await db.user.returning(Card).create({"name": "x"})  # wrong
    db.user.returning(str)  # wrong
    db.user.returning(Card(name="x"))  # wrong
    _ = (await db.user.returning(Card).find_first()).name  # wrong
    _ = (await db.user.returning(Card).find_first_or_raise()).nmae  # wrong
    selects(Card)  # wrong


async def filtering_by_none(db: Prisma) -> None:
    await db.order.find_many(where={"data": None})  # wrong
    await db.order.find_many(where={"total": {"not": None}})  # wrong
    await db.user.find_many(where={"role": {"in": [None]}})  # wrong
    await db.user.find_many(where={"notes": "x"})  # wrong
    await db.user.find_many(where={"notes": [1]})  # wrong
    await db.user.find_many(where={"roles": ["KING"]})  # wrong
    await db.user.find_many(where={"reports": None})  # wrong
    await db.user.find_many(where={"manager": {"is_set": True}})  # wrong
    await db.user.find_unique({"email": "x", "role": "KING"})  # wrong
    await db.user.delete({"email": {"contains": "x"}})  # wrong
    await db.user.update({}, {"AND": [{"id": "x"}]})  # wrong
    await db.order.delete({"number": 1, "shop": "x"})  # wrong


async def ordering(db: Prisma) -> None:
    await db.user.find_many(order={"name": "asc", "nmae": "desc"})  # wrong
    await db.user.find_many(order={"name": "asc", "role": "up"})  # wrong
    await db.user.find_many(order={"manager": {"name": "asc", "nmae": "asc"}})  # wrong
    await db.user.find_many(order={"manager": "asc"})  # wrong
    await db.user.find_many(order={"reports": {"name": "asc"}})  # wrong
    await db.user.find_many(order={"others": {"city": "asc"}})  # wrong
    await db.user.find_many(include={"orders": {"order": {"number": "asc"}}})  # wrong
    await db.user.find_many(include={"orders": {"order_by": {"nmber": "asc"}}})  # wrong
    await db.order.aggregate(order={"_count": "asc"}, count=True)  # wrong


async def referring(db: Prisma) -> None:
    user, order = db.user.fields, db.order.fields
    _ = user.nmae  # wrong
    _ = user.orders  # wrong
    _ = user.home.town  # wrong
    await db.user.find_many(where={"age": {"gt": user.name}})  # wrong
    await db.user.find_many(where={"age": user.name})  # wrong
    await db.user.find_many(where={"name": user.age})  # wrong
    await db.user.find_many(where={"name": {"equals": user.notes}})  # wrong
    await db.user.find_many(where={"name": {"in": user.email}})  # wrong
    await db.user.find_many(where={"name": {"in": [user.email]}})  # wrong
    await db.user.find_many(where={"notes": {"has": user.notes}})  # wrong
    await db.user.find_many(where={"notes": {"has_some": user.name}})  # wrong
    await db.user.find_many(where={"role": user.name})  # wrong
    await db.user.find_many(where={"name": {"contains": user.role}})  # wrong
    await db.user.find_many(where={"score": {"gt": user.age}})  # wrong
    await db.user.find_many(where={"createdAt": {"lt": user.name}})  # wrong
    await db.user.find_many(where={"home": user.home})  # wrong
    await db.user.find_unique({"email": user.name})  # wrong
    await db.user.update(where={"id": "x"}, data={"name": user.nick})  # wrong
    await db.user.create({"name": user.nick, "email": "x", "home": HOME})  # wrong
    await db.order.find_many(order={"total": order.paid})  # wrong
    await db.user.find_many(where={"nick": {"contains": user.age}})  # wrong


async def grouping(db: Prisma) -> None:
    await db.user.group_by(["role"], order={"_count": "asc"})  # wrong
    await db.user.group_by(["role"], order={"_count": {"rle": "asc"}})  # wrong
    await db.user.group_by(["role"], order={"orders": {"_count": "asc"}})  # wrong
    await db.user.group_by(["role"], having={"rle": "x"})  # wrong
    await db.user.group_by(["role"], having={"score": {"_avg": "x"}})  # wrong
    await db.user.group_by("role", count=True)  # wrong
    await db.user.group_by(["rle"])  # wrong


async def changing(db: Prisma) -> None:
    await db.user.update(where={"id": "x"}, data={"id": "y"})  # wrong
    await db.user.update(where={"id": "x"}, data={"name": None})  # wrong
    await db.user.update(where={"id": "x"}, data={"name": {"unset": True}})  # wrong
    await db.user.update(where={"id": "x"}, data={"visits": {"add": 1}})  # wrong
    await db.user.update(where={"id": "x"}, data={"notes": {"pop": 1}})  # wrong
    await db.user.update(where={"id": "x"}, data={"notes": {"add": 1}})  # wrong
    await db.user.update(where={"id": "x"}, data={"roles": {"add": "BUYER"}})  # wrong
    await db.user.update(where={"id": "x"}, data={"roles": {"remove": [1]}})  # wrong
    await db.user.update(where={"id": "x"}, data={"others": {"add": HOME}})  # wrong
    await db.user.update({"home": {"update": {"zip": {"add": "x"}}}}, {"id": "x"})  # wrong
    await db.user.update(where={"id": "x"}, data={"home": {"update": {"town": "x"}}})  # wrong
    await db.user.update(where={"id": "x"}, data={"home": {"unset": True}})  # wrong
    await db.user.update(where={"id": "x"}, data={"others": {"push": {"city": "x"}}})  # wrong
    await db.user.update(where={"id": "x"}, data={"orders": {"update": {"number": 1}}})  # wrong
    await db.order.update(where={"id": "x"}, data={"user": {"disconnect": True}})  # wrong
    await db.user.upsert(where={"id": "x"}, data={"create": ADA})  # wrong
    await db.user.update_many(where={}, data={"orders": {"set": []}})  # wrong
    await db.user.delete(where={"name": "x"})  # wrong
    await db.user.delete_or_raise(where={"name": "x"})  # wrong
    await db.user.update_or_raise(where={"id": "x"}, data={"nmae": "x"})  # wrong


async def changing_many(db: Prisma) -> None:
    await db.user.create_many_and_return([{"name": "x", "email": "y"}])  # wrong
    await db.review.create_many_and_return([{"stars": 5, "user": {}}])  # wrong
    await db.review.create_many_and_return([{"stars": 5}], include={"order": True})  # wrong
    reviews: list[User] = await db.review.create_many_and_return([{"stars": 5}])  # wrong
    await db.user.update_many_and_return(where={}, data={"orders": {"set": []}})  # wrong
    await db.user.update_many_and_return(where={"nmae": "x"}, data={})  # wrong
    await db.user.update_many(where={}, data={}, limit="3")  # wrong
    await db.user.delete_many(limit={})  # wrong
    async with db.batch_() as batch:
        batch.user.update_many(where={}, data={}, limt=3)  # wrong
    _ = reviews


async def asking_raw(db: Prisma) -> None:
    await db.user.find_raw("name")  # wrong
    await db.user.find_raw({}, into=dict)  # wrong
    await db.user.find_raw({}, filters={})  # wrong
    await db.user.aggregate_raw({"$match": {}})  # wrong
    await db.user.aggregate_raw([], into=int)  # wrong
    users: list[str] = await db.user.aggregate_raw([], into=User)  # wrong
    _ = (await db.user.aggregate_raw([], into=User))[0].nmae  # wrong
    _ = users


async def calculating(db: Prisma) -> None:
    await db.user.count(select={"orders": True})  # wrong
    await db.user.group_by(["orders"])  # wrong
    await db.user.group_by(["role"], sum={"name": True})  # wrong
    groups = await db.user.group_by(["role"], count=True)
    _ = groups[0]["nmae"]  # wrong
    await db.order.aggregate(avg={"shop": True})  # wrong
    price: str = (await db.order.aggregate(max={"number": True}))["_max"]["number"]  # wrong
    Prisma(datasource={"uri": "x"})  # wrong
    async with db.batch_() as batch:
        batch.user.find_many()  # wrong
        batch.user.create({"name": "x"})  # wrong
    role: Role = (await db.user.find_first_or_raise()).name  # wrong
    _ = (price, role)


class Shop(Service, Prisma):
    """A service on the client."""


class Orders:
    """A service of an application."""

    def __init__(self, database: Shop) -> None:
        self.database = database

    @atomic(timeout=10)
    async def count(self, where: str, *, twice: bool = False) -> int:
        return await self.database.order.count(where={"shop": where}) * (2 if twice else 1)

    @atomic(timeout="10")  # wrong
    async def first(self) -> None: ...

    @atomic  # wrong
    def last(self) -> None: ...


class Nowhere:
    """A class without a database."""

    @atomic  # wrong
    async def count(self) -> None: ...


async def working_together(db: Shop, orders: Orders) -> None:
    db.atomic(timeout="5")  # wrong
    db.atomic(retries=3)  # wrong
    with db.atomic():  # wrong
        pass
    async with db.detached():  # wrong
        pass
    await db.atomic.run(lambda tx: tx.user.count())  # wrong
    await db.atomic.run(db.user.count, timeout=None)  # wrong
    name: str = await db.atomic.run(db.user.count)  # wrong
    await orders.count(1)  # wrong
    await orders.count("x", thrice=True)  # wrong
    name = await orders.count("x")  # wrong
    db.after_commit(1)  # wrong
    db.after_commit(lambda message: None)  # wrong
    _ = name


async def with_options(db: Shop) -> None:
    db.with_options(read_preference="second")  # wrong
    db.with_options(read_concern="all")  # wrong
    db.with_options(write_concern="all")  # wrong
    db.with_options(timeout="2")  # wrong
    db.with_options(comment=1)  # wrong
    db.with_options(hint=1)  # wrong
    db.with_options(hint=["email"])  # wrong
    db.with_options(hint={"email": 1})  # wrong
    db.with_options(hint={User: 1})  # wrong
    db.with_options(hints="x")  # wrong
    await db.with_options(timeout=2).users.find_many()  # wrong


async def types_within_themselves(db: Prisma) -> None:
    find, create = db.thread.find_many, db.thread.create
    await create({"comment": {"text": "a", "answer": {"text": "b", "answer": {}}}})  # wrong
    await create({"comment": {"text": "a", "answers": [{"text": "b", "answer": 1}]}})  # wrong
    await create({"folder": {"name": "a", "entry": {"title": "b", "folders": [1]}}})  # wrong
    await find(where={"comment": {"is": {"answer": {"is": {"txt": "a"}}}}})  # wrong
    await find(where={"comments": {"some": {"answers": {"is": {}}}}})  # wrong
    await find(order={"comment": {"answer": {"answer": "asc"}}})  # wrong
    await find(select={"comment": {"select": {"answer": {"select": {"x": True}}}}})  # wrong
    await db.thread.update(where={"id": "x"}, data={"comment": {"update": {"text": "a"}}})  # wrong
    thread = await db.thread.find_first_or_raise()
    thread.comment.answer  # wrong
    _ = db.thread.fields.comment.answer.reply  # wrong
