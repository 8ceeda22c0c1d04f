"""Statements that type checkers accept: each line of `accepted` is one, about one thing.

They are one module, because a type checker reads what they import once a run.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, assert_type

from pydantic import BaseModel
from pymongo import ReadPreference
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern
from shop import Base64, Json, Metrics, Prisma, errors, register, types
from shop.enums import Role, Tag
from shop.models import Address, Comment, Entry, Folder, Order, Review, Thread, User

from prismongo import Count, Include, Service, atomic, selects

NOW = datetime(2024, 1, 1, tzinfo=UTC)
HOME: types.AddressCreateInput = {"street": "1 High Street"}
ADA: types.UserCreateInput = {"name": "Ada", "email": "ada@example.org", "home": HOME}
ORDER: types.OrderCreateInput = {
    "number": 1,
    "shop": "x",
    "total": 1,
    "data": Json({"a": [1, {"b": None}]}),
}


async def creating(db: Prisma) -> None:
    assert_type(await db.user.create(ADA), User)
    assert_type(await db.user.create(ADA, include={"orders": True}), User)
    await db.user.create({"name": "a", "email": "b", "home": HOME, "work": None, "others": [HOME]})
    await db.user.create({**ADA, "role": Role.SELLER, "roles": [Role.BUYER], "notes": ["x"]})
    await db.user.create({**ADA, "avatar": Base64.encode(b"x"), "extra": Json([1, "x"])})
    await db.user.create({**ADA, "orders": {"create": [ORDER]}})
    await db.user.create({**ADA, "orders": {"create": ORDER, "connect": [{"id": "x"}]}})
    await db.user.create({**ADA, "reviews": {"create_many": {"data": [{"stars": 5}]}}})
    await db.user.create({**ADA, "manager": {"connect": {"email": "m@example.org"}}})
    await db.user.create({**ADA, "managerId": "x"})
    await db.order.create({**ORDER, "user": {"connect": {"id": "x"}}})
    await db.order.create({**ORDER, "userId": "x", "tags": [Tag.NEW]})
    choice: types.UserConnectOrCreateWithoutRelationsInput = {"where": {"id": "x"}, "create": ADA}
    await db.order.create({**ORDER, "user": {"connect_or_create": choice}})
    assert_type(await db.review.create_many([{"stars": 5}, {"stars": 4, "text": None}]), int)
    await db.user.create({**ADA, "home": {"street": "x", "geo": {"latitude": 1, "longitude": 2.5}}})


async def holding_json(
    db: Prisma,
    lists: dict[str, list[int]],
    deeper: dict[str, dict[str, list[str]]],
    rows: list[dict[str, int | None]],
    anything: dict[str, Any],
) -> None:
    plain = {"a": [1, 2], "b": [3]}
    for data in (Json(lists), Json(deeper), Json(rows), Json(anything), Json(plain)):
        await db.order.create({**ORDER, "data": data})
    await db.order.create({**ORDER, "data": Json({"a": lists, "b": [deeper, {"c": rows}]})})
    await db.order.create({**ORDER, "data": Json(None)})
    await db.user.create({**ADA, "extra": None})
    await db.user.find_many(where={"extra": None})
    await db.user.find_many(where={"extra": {"not": None}})
    await db.user.find_many(where={"extra": Json(lists), "NOT": {"extra": {"equals": None}}})
    await db.order.update(where={"id": "x"}, data={"data": Json(lists)})
    assert_type((await db.order.find_first_or_raise()).data, Json)
    assert_type((await db.user.find_first_or_raise()).extra, Json | None)


async def reading(db: Prisma) -> None:
    assert_type(await db.user.find_unique({"email": "x"}), User | None)
    assert_type(await db.user.find_unique_or_raise(where={"id": "x"}), User)
    assert_type(
        await db.order.find_unique({"shop_number": {"shop": "x", "number": 1}}), Order | None
    )
    assert_type(await db.user.find_first(where={"name": "x"}), User | None)
    assert_type(await db.user.find_first_or_raise(), User)
    assert_type(await db.user.find_many(take=5, skip=1, cursor={"id": "x"}), list[User])
    await db.user.find_many(order={"name": "asc"}, distinct=["name", "role"])
    await db.user.find_many(order=[{"name": "asc"}, {"manager": {"name": "desc"}}])
    await db.user.find_many(order={"orders": {"_count": "desc"}})
    await db.user.find_many(order={"home": {"city": "asc"}})
    await db.user.find_many(include={"orders": {"where": {"number": 1}, "take": 3}})
    await db.user.find_many(
        include={"orders": {"order_by": {"number": "asc"}, "include": {"user": True}}}
    )
    await db.user.find_unique({"id": "x", "isActive": True})
    await db.user.find_unique({"email": "x", "OR": [{"name": "a"}, {"name": "b"}]})
    user = await db.user.find_first_or_raise()
    assert_type(user.home, Address)
    assert_type(user.work, Address | None)
    assert_type(user.others, list[Address])
    assert_type(user.home.city, str)
    assert_type(user.visits, int)
    assert_type(user.orders, list[Order] | None)
    assert_type([each.total for each in user.orders or []], list[float])
    assert_type(await User.prisma().find_first(), User | None)
    assert_type(await Review.prisma(db).find_many(), list[Review])


async def filtering(db: Prisma) -> None:
    await db.user.find_many(where={"name": {"contains": "a", "mode": "insensitive"}})
    await db.user.find_many(where={"name": {"in": ["a", "b"], "not": {"startswith": "c"}}})
    await db.user.find_many(where={"nick": None, "age": {"gte": 18, "lt": 100, "not": None}})
    await db.review.find_many(where={"text": {"search": "good -bad", "is_set": True}})
    await db.review.find_many(where={"text": {"search": "good"}}, order={"_relevance": "desc"})
    await db.review.find_many(where={"OR": [{"text": {"search": "good"}}, {"id": "x"}]})
    await db.review.find_many(where={"text": None, "NOT": {"text": {"contains": "bad"}}})
    await db.order.find_many(where={"number": 1, "shop": {"search": "zoo", "contains": "z"}})
    await db.user.find_many(where={"_search": "ada", "name": {"startswith": "A"}})
    await db.user.find_many(where={"reviews": {"some": {"text": {"search": "good"}}}})
    await db.user.find_unique(where={"id": "x", "_search": "ada"})
    relevance: types.UserRelevanceInput = {"sort": "desc", "search": "ada", "fields": ["name"]}
    await db.user.find_many(where={"_search": "ada"}, order=[{"_relevance": relevance}])
    await db.user.find_many(
        include={
            "reviews": {"where": {"text": {"search": "a"}}, "order_by": {"_relevance": "desc"}}
        }
    )
    await db.user.find_many(where={"nick": {"is_set": True}, "seenAt": {"lt": NOW}})
    await db.user.find_many(where={"role": Role.BUYER, "former": {"in": [Role.BUYER, None]}})
    await db.user.find_many(where={"role": {"not_in": [Role.SELLER]}, "former": {"not": None}})
    await db.user.find_many(where={"notes": {"has": "x"}, "roles": {"has_some": [Role.BUYER]}})
    await db.user.find_many(where={"roles": {"is_empty": True}, "notes": {"is_set": False}})
    await db.user.find_many(where={"home": {"is": {"city": "x", "geo": {"is_set": True}}}})
    await db.user.find_many(where={"work": None, "home": {"equals": HOME}})
    await db.user.find_many(where={"work": {"is_not": {"zip": None}}})
    await db.user.find_many(where={"others": {"some": {"kind": Role.BUYER}}})
    await db.user.find_many(
        where={"others": {"every": {"labels": {"has": "x"}}, "is_empty": False}}
    )
    await db.user.find_many(where={"manager": None, "reports": {"none": {"name": "x"}}})
    await db.user.find_many(where={"manager": {"is": {"manager": {"is_not": {"name": "x"}}}}})
    await db.user.find_many(where={"AND": [{"name": "x"}], "NOT": {"name": "y"}, "OR": []})
    await db.user.find_many(
        where={"avatar": {"not": Base64.encode(b"x")}, "isActive": {"not": True}}
    )
    await db.order.find_many(where={"total": {"gt": 1.5}, "paid": None})
    await db.order.find_many(where={"data": {"equals": Json({"a": 1})}, "tags": {"has": Tag.NEW}})
    await db.order.find_many(where={"user": {"is": {"email": {"endswith": ".org"}}}})


async def selecting(db: Prisma) -> None:
    assert_type(await db.user.find_first(select={"name": True}), User | None)
    assert_type(await db.user.find_many(select={"id": True, "email": False}), list[User])
    await db.user.find_many(select={"orders": True, "reviews": {"select": {"stars": True}}})
    await db.user.find_many(select={"orders": {"take": 3, "order_by": {"number": "desc"}}})
    await db.user.find_many(select={"home": {"select": {"street": True, "geo": True}}})
    await db.user.find_many(select={"home": {"select": {"geo": {"select": {"latitude": True}}}}})
    await db.user.find_many(include={"orders": {"select": {"user": {"select": {"id": True}}}}})
    await db.user.find_many(omit={"email": True, "home": True, "secret": False})
    await db.user.find_many(include={"manager": {"omit": {"name": True}}}, omit={"age": True})
    await db.user.find_unique({"id": "x"}, select={"id": True})
    await db.user.find_unique_or_raise({"id": "x"}, omit={"name": True})
    await db.user.find_first_or_raise(select={"manager": {"include": {"orders": True}}})
    assert_type(await db.user.create(ADA, select={"id": True}), User)
    assert_type(await db.user.update({"age": 1}, {"id": "x"}, select={"id": True}), User | None)
    await db.user.upsert({"id": "x"}, {"create": ADA, "update": {}}, omit={"home": True})
    await db.user.delete({"id": "x"}, select={"id": True})
    await db.user.find_many(include={"_count": True})
    await db.user.find_many(include={"_count": {"select": {"orders": True}}})
    await db.user.find_many(select={"_count": {"select": {"orders": {"where": {"number": 1}}}}})
    user = await db.user.find_first_or_raise(include={"_count": True})
    assert user.counts
    assert_type(user.counts["orders"], int)


class OrderCard(BaseModel):
    number: int


class UserCard(BaseModel):
    name: str
    orders: Annotated[list[OrderCard], Include(take=3, order={"number": "desc"})]
    reviews: Annotated[int, Count("reviews", where={"stars": 5})]


@selects(User)
class Person(BaseModel):
    name: str


async def returning(db: Prisma) -> None:
    assert_type(await db.user.returning(UserCard).find_many(), list[UserCard])
    assert_type(await db.user.returning(UserCard).find_many(where={"name": "x"}), list[UserCard])
    assert_type(await db.user.returning(UserCard).find_first(skip=1), UserCard | None)
    assert_type(await db.user.returning(UserCard).find_first_or_raise(), UserCard)
    assert_type(await db.user.returning(UserCard).find_unique({"id": "x"}), UserCard | None)
    assert_type(await db.user.returning(UserCard).find_unique_or_raise({"id": "x"}), UserCard)
    assert_type(await db.user.returning(Person).create(ADA), Person)
    assert_type(await db.user.returning(Person).update({"age": 1}, {"id": "x"}), Person | None)
    assert_type(
        await db.user.returning(Person).upsert({"id": "x"}, {"create": ADA, "update": {}}), Person
    )
    assert_type(await db.user.returning(Person).delete({"id": "x"}), Person | None)
    assert_type(await db.user.returning(User).find_many(), list[User])
    assert_type((await db.user.returning(UserCard).find_first_or_raise()).orders[0].number, int)
    people = db.user.returning(Person)
    assert_type(await people.count(), int)
    async with db.tx() as tx:
        assert_type(await tx.user.returning(Person).find_many(take=1), list[Person])


async def filtering_by_none(db: Prisma) -> None:
    await db.user.find_many(where={"manager": {"is": None}, "work": {"is": None}})
    await db.user.find_many(where={"manager": {"is_not": None}, "work": {"is_not": None}})
    await db.user.find_many(where={"extra": None, "avatar": {"not": None}, "seenAt": None})
    await db.user.find_many(where={"extra": {"not": None}, "former": None, "isHidden": None})
    await db.user.find_many(where={"age": {"in": [1, None]}, "nick": {"equals": None}})
    await db.user.find_many(where={"notes": ["a", "b"], "roles": [Role.BUYER]})
    await db.user.find_many(where={"notes": {"equals": ["a"]}, "roles": {"equals": []}})
    await db.user.find_many(where={"role": {"not": {"in": [Role.BUYER]}}})
    await db.user.find_many(where={"others": {"equals": [HOME]}, "work": {"equals": None}})
    await db.review.find_many(where={"user": None, "text": {"not": {"contains": "x"}}})
    await db.user.update({}, {"email": "x", "role": Role.BUYER, "manager": None})
    await db.user.delete({"id": "x", "AND": [{"name": "x"}], "home": {"is": {"zip": None}}})
    await db.order.delete({"shop_number": {"shop": "x", "number": 1}, "total": {"gt": 1}})
    await db.user.upsert({"id": "x", "nick": {"not": None}}, {"create": ADA, "update": {}})
    await db.user.find_unique_or_raise({"nick": "x", "email": {"endswith": ".org"}})


async def ordering(db: Prisma) -> None:
    await db.user.find_many(order={"role": "asc", "createdAt": "desc"})
    await db.user.find_many(order=[{"role": "asc", "name": "asc"}, {"id": "desc"}])
    await db.user.find_many(order={"manager": {"name": "asc", "id": "desc"}, "name": "asc"})
    await db.user.find_many(order={"home": {"city": "asc", "geo": {"latitude": "desc"}}})
    await db.user.find_many(order={"manager": {"home": {"city": "asc"}, "email": "asc"}})
    await db.user.find_many(order={"orders": {"_count": "desc"}, "others": {"_count": "asc"}})
    await db.user.find_first(order={"manager": {"reports": {"_count": "desc"}}})
    await db.order.find_many(order={"user": {"manager": {"name": "asc"}, "name": "asc"}})
    await db.user.find_many(include={"orders": {"order_by": {"shop": "asc", "number": "desc"}}})
    await db.user.find_many(include={"orders": {"order_by": [{"shop": "asc"}, {"total": "desc"}]}})
    await db.order.aggregate(order={"shop": "asc", "number": "desc"}, take=1, sum={"total": True})


async def referring(db: Prisma) -> None:
    user, order = db.user.fields, db.order.fields
    assert_type(user.name, types.FieldReference[str])
    assert_type(user.nick, types.FieldReference[str])
    assert_type(user.roles, types.FieldReference[list[Role]])
    assert_type(user.home.city, types.FieldReference[str])
    await db.user.find_many(where={"visits": {"gt": db.user.fields.visits}})
    await db.user.find_many(where={"name": user.email, "nick": user.name})
    await db.user.find_many(where={"name": {"equals": user.nick, "not": user.email}})
    await db.user.find_many(where={"name": {"not": {"startswith": user.email}}})
    await db.user.find_many(where={"nick": {"contains": user.name, "endswith": user.email}})
    await db.user.find_many(where={"name": {"in": user.notes}, "nick": {"not_in": user.notes}})
    await db.user.find_many(where={"notes": {"has": user.name, "has_some": user.notes}})
    await db.user.find_many(where={"notes": {"equals": user.notes, "has_every": user.notes}})
    await db.user.find_many(where={"roles": user.roles, "role": {"in": user.roles}})
    await db.user.find_many(where={"role": user.former, "former": {"not": user.role}})
    await db.user.find_many(where={"createdAt": {"lt": user.seenAt}, "seenAt": user.createdAt})
    await db.user.find_many(where={"isActive": {"not": user.isHidden}, "score": user.score})
    await db.user.find_many(where={"home": {"is": {"city": {"not": user.home.street}}}})
    await db.user.find_many(where={"others": {"some": {"zip": {"in": user.others.labels}}}})
    await db.user.find_many(where={"home": {"is": {"geo": {"is": {"latitude": 1}}}}})
    await db.order.find_many(where={"total": {"lt": order.paid}, "data": {"equals": order.data}})
    await db.order.group_by(["total"], having={"total": {"gt": order.paid}})
    await db.user.find_unique({"id": "x", "nick": {"equals": user.name}})
    await User.prisma(db).find_many(where={"name": User.prisma(db).fields.email})


async def grouping(db: Prisma) -> None:
    await db.user.group_by(["role"], order={"_count": {"role": "asc"}})
    await db.user.group_by(["role"], order={"_count": {"role": "desc", "_all": "asc"}})
    await db.order.group_by(["shop"], order=[{"_sum": {"total": "desc"}}, {"shop": "asc"}])
    await db.order.group_by(["shop"], order={"_avg": {"total": "desc"}, "shop": "asc"}, take=3)
    await db.order.group_by(["shop"], having={"total": {"_sum": {"gt": 1}, "_max": {"lt": 9}}})
    await db.order.group_by(["shop"], having={"OR": [{"shop": "x"}, {"shop": {"in": ["y"]}}]})
    await db.user.group_by(["role"], having={"role": {"_count": {"gt": 1}}}, count=True)
    await db.user.group_by(["nick"], having={"nick": {"not": None}}, order={"nick": "asc"})
    await db.user.group_by(("role", "name"), where={"name": {"not": "x"}}, max={"seenAt": True})


async def changing(db: Prisma) -> None:
    assert_type(await db.user.update({"name": "x"}, {"id": "x"}), User | None)
    await db.user.update(
        where={"id": "x"}, data={"visits": {"increment": 1}, "score": {"divide": 2}}
    )
    await db.user.update(where={"id": "x"}, data={"age": None, "nick": {"unset": True}})
    await db.user.update(where={"id": "x"}, data={"notes": {"push": "x"}, "roles": {"set": []}})
    await db.user.update(
        where={"id": "x"},
        data={"notes": {"add": "x"}, "roles": {"add": [Role.BUYER, Role.SELLER]}},
    )
    await db.user.update(where={"id": "x"}, data={"roles": {"remove": Role.BUYER}})
    await db.user.update(where={"id": "x"}, data={"home": {"update": {"labels": {"add": "x"}}}})
    await db.user.update(
        where={"id": "x"},
        data={
            "others": {
                "update_many": {"where": {"zip": "1"}, "data": {"labels": {"remove": ["x"]}}}
            }
        },
    )
    await db.order.update_many(where={}, data={"tags": {"add": Tag.NEW}})
    await db.user.update(where={"id": "x"}, data={"home": {"update": {"city": "x", "zip": None}}})
    await db.user.update(where={"id": "x"}, data={"home": HOME, "work": {"unset": True}})
    await db.user.update(
        where={"id": "x"}, data={"work": {"upsert": {"set": HOME, "update": {"zip": "1"}}}}
    )
    await db.user.update(where={"id": "x"}, data={"others": {"push": [HOME]}})
    await db.user.update(
        where={"id": "x"},
        data={"others": {"update_many": {"where": {"zip": "1"}, "data": {"zip": None}}}},
    )
    await db.user.update(
        where={"id": "x"}, data={"others": {"delete_many": {"where": {"zip": "1"}}}}
    )
    await db.user.update(
        where={"id": "x"},
        data={"orders": {"update": {"where": {"id": "y"}, "data": {"number": 2}}, "set": []}},
    )
    await db.user.update(
        where={"id": "x"},
        data={"orders": {"upsert": {"where": {"id": "y"}, "create": ORDER, "update": {}}}},
    )
    await db.user.update(
        where={"id": "x"},
        data={"orders": {"update_many": {"where": {"number": 1}, "data": {"number": 2}}}},
    )
    await db.user.update(
        where={"id": "x"}, data={"orders": {"delete_many": {}, "delete": {"id": "y"}}}
    )
    await db.user.update(where={"id": "x"}, data={"manager": {"disconnect": True}})
    await db.user.update(where={"id": "x"}, data={"manager": {"update": {"name": "x"}}})
    await db.user.update(where={"id": "x"}, data={"managerId": None})
    await db.order.update(where={"id": "x"}, data={"user": {"connect": {"id": "y"}}, "total": 2})
    assert_type(
        await db.user.upsert(where={"id": "x"}, data={"create": ADA, "update": {"name": "y"}}), User
    )
    assert_type(await db.user.update_many(where={"name": "x"}, data={"name": "y"}), int)
    assert_type(await db.user.delete(where={"id": "x"}), User | None)
    assert_type(await db.user.delete_many(), int)
    assert_type(await db.user.update_or_raise({"name": "x"}, {"id": "x"}), User)
    assert_type(await db.user.delete_or_raise(where={"id": "x"}, include={"orders": True}), User)


async def changing_many(db: Prisma) -> None:
    assert_type(await db.review.create_many_and_return([{"stars": 5}]), list[Review])
    await db.review.create_many_and_return([{"stars": 5}], include={"user": True})
    assert_type(await db.user.update_many_and_return({"name": "y"}, {"name": "x"}), list[User])
    await db.user.update_many_and_return(where={}, data={}, limit=3, include={"orders": True})
    await db.user.update_many(where={"name": "x"}, data={"name": "y"}, limit=3)
    await db.user.delete_many({"name": "x"}, limit=3)
    await db.user.delete_many(limit=3)


async def calculating(db: Prisma) -> None:
    assert_type(await db.user.count(), int)
    assert_type(await db.user.count(where={"name": "x"}, take=3), int)
    counted = await db.user.count(select={"_all": True, "nick": True})
    assert_type(counted["nick"], int)
    groups = await db.user.group_by(["role"], count=True, avg={"score": True})
    assert_type(groups[0]["_count"]["_all"], int)
    assert_type(groups[0]["_avg"]["score"], float)
    assert_type(groups[0]["_max"]["createdAt"], datetime)
    await db.user.group_by(["role", "name"], order={"role": "asc"}, take=3, sum={"visits": True})
    await db.user.group_by(
        ["role"], having={"score": {"_avg": {"gt": 1}}}, order={"_count": {"_all": "asc"}}
    )
    total = await db.order.aggregate(sum={"total": True}, max={"number": True}, count=True)
    assert_type(total["_sum"]["total"], float | None)  # of no record


class Card(BaseModel):
    name: str


async def asking_raw(db: Prisma) -> None:
    assert_type(await db.user.find_raw(), list[dict[str, Any]])
    assert_type(await db.user.find_raw({"name": "x"}, {"limit": 1}), list[dict[str, Any]])
    assert_type(await db.user.find_raw({"name": "x"}, into=Card), list[Card])
    assert_type(await db.user.aggregate_raw([{"$match": {"a": 1}}]), list[dict[str, Any]])
    assert_type(await db.user.aggregate_raw([{"$count": "n"}], into=Card), list[Card])
    assert_type(await db.user.aggregate_raw([], {"hint": {"_id": 1}}, into=User), list[User])


async def living(db: Prisma) -> None:
    async with db.tx(timeout=timedelta(seconds=10)) as tx:
        assert_type(await tx.user.find_first(), User | None)
        assert_type(tx, Prisma)
    async with db.batch_() as batch:
        batch.user.create(ADA)
        batch.order.update_many(where={"number": 1}, data={"number": 2})
        batch.review.delete(where={"id": "x"})
        batch.review.create_many_and_return([{"stars": 5}])
        batch.user.update_many(where={}, data={"name": "x"}, limit=3)
        batch.user.update_many_and_return(where={}, data={"name": "x"}, include={"orders": True})
        batch.user.delete_many(limit=3)
    await db.connect(timeout=timedelta(seconds=1))
    assert_type(db.is_connected(), bool)
    register(db)
    failed: type[errors.PrismaError] = errors.UniqueViolationError
    assert_type(await db.get_metrics(), Metrics)
    assert_type(await db.get_metrics(format="prometheus"), str)
    Prisma(datasource={"url": "mongodb://localhost/x"}, log_queries=True, auto_register=False)
    _ = failed


class Shop(Service, Prisma):
    """A service on the client."""


class Orders:
    """A service of an application."""

    def __init__(self, database: Shop) -> None:
        self.database = database

    @atomic
    async def count(self, where: str, *, twice: bool = False) -> int:
        return await self.database.order.count(where={"shop": where}) * (2 if twice else 1)

    @atomic(timeout=timedelta(seconds=10), max_wait=2, conflict_timeout=60.0)
    async def first(self) -> Order | None:
        return await self.database.order.find_first()


async def working_together(db: Shop, orders: Orders) -> None:
    async with db.atomic() as nothing:
        assert_type(nothing, None)
    async with db.atomic(timeout=10, max_wait=timedelta(seconds=1)), db.tx() as tx:
        assert_type(await tx.atomic.run(tx.user.count), int)
    assert_type(await db.atomic.run(lambda: db.user.find_first(), timeout=2.5), User | None)
    assert_type(await orders.count("x", twice=True), int)
    assert_type(await orders.first(), Order | None)
    with db.detached():
        await db.user.count()
    db.after_commit(lambda: None)
    db.after_commit(db.user.count)


async def with_options(db: Shop) -> None:
    assert_type(db.with_options(timeout=2), Shop)
    assert_type(await db.with_options(comment="x").user.find_many(), list[User])
    assert_type(Orders(db.with_options(read_preference="secondaryPreferred")), Orders)
    db.with_options(read_concern="majority", write_concern="majority", timeout=timedelta(seconds=1))
    db.with_options(
        read_preference=ReadPreference.NEAREST,
        read_concern=ReadConcern("local"),
        write_concern=WriteConcern(w=2),
    )
    db.with_options(write_concern=1, hint="User_email_key")
    db.with_options(hint=[("email", 1), ("name", -1)])
    db.with_options(hint={User: "User_email_key", Order: [("number", 1)]})
    async with db.with_options(write_concern=1).atomic():
        await db.user.count()


LEAF: types.CommentCreateInput = {"text": "c"}
COMMENT: types.CommentCreateInput = {"text": "a", "answer": {"text": "b", "answer": LEAF}}
FOLDER: types.FolderCreateInput = {"name": "a", "entry": {"title": "b", "folders": [{"name": "c"}]}}


class Answer(BaseModel):
    """A class that selects within itself, as its type stands within itself."""

    text: str
    answer: "Answer | None"
    answers: "list[Answer]"


class ThreadCard(BaseModel):
    """A record with such values."""

    comment: Answer | None


async def types_within_themselves(db: Prisma) -> None:
    assert_type(await db.thread.create({"comment": COMMENT, "comments": [COMMENT]}), Thread)
    await db.thread.create({"comment": {"text": "a", "answers": [{"text": "b", "answer": LEAF}]}})
    await db.thread.create({"folder": FOLDER})
    found = await db.thread.find_first_or_raise(
        where={"comment": {"is": {"answer": {"is": {"answer": {"is": {"text": {"in": ["c"]}}}}}}}}
    )
    assert_type(found.comment, Comment | None)
    if found.comment and found.comment.answer and found.comment.answer.answer:
        assert_type(found.comment.answer.answer.answers, list[Comment])
    if found.folder and found.folder.entry and found.folder.entry.folder:
        assert_type(found.folder.entry.folder.entry, Entry | None)
        assert_type(found.folder.entry.folders, list[Folder])
    await db.thread.find_many(
        where={"comments": {"some": {"answers": {"every": {"answer": {"is_set": False}}}}}}
    )
    await db.thread.find_many(where={"comment": {"equals": COMMENT}})
    await db.thread.find_many(where={"folder": {"is": {"entry": {"is": {"folder": None}}}}})
    await db.thread.find_many(order={"comment": {"answer": {"answer": {"likes": "desc"}}}})
    await db.thread.find_many(
        select={"comment": {"select": {"answer": {"select": {"answer": True, "text": True}}}}}
    )
    await db.thread.update(
        where={"id": "x"},
        data={
            "comment": {
                "upsert": {
                    "set": LEAF,
                    "update": {"answer": {"upsert": {"set": LEAF, "update": {"text": "z"}}}},
                }
            },
            "comments": {
                "update_many": {
                    "where": {"text": "a"},
                    "data": {"answers": {"update_many": {"where": {}, "data": {"text": "z"}}}},
                }
            },
        },
    )
    likes = db.thread.fields.comment.answer.answer.likes
    await db.thread.find_many(where={"comment": {"is": {"likes": {"gt": likes}}}})
    assert_type(await db.thread.returning(ThreadCard).find_many(), list[ThreadCard])
