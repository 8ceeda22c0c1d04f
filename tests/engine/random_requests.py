"""Random requests over a handful of related models, for the differential test of the two stores.

Everything is drawn from a `random.Random` that hypothesis controls, so that a failing sequence is
made smaller. Values come from small pools: ids collide, uniques are taken, filters find something.
Requests need not be valid: a refusal is an answer that both stores must agree on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from prisma.fields import Base64, Json

from database.query.requests import Action, Request, Selection

SCHEMA: Final = """
enum Kind {
  PLAIN
  ODD   @map("odd_one")
}

type Place {
  city  String
  zip   Int?
  near  Spot?
  spots Spot[]
}

type Spot {
  name  String?
  level Int     @default(0)
  marks String[]
}

model User {
  id      Int      @id @map("_id")
  name    String   @unique
  email   String?  @unique @map("mail")
  age     Int?     @db.Int
  score   Float    @default(0.5)
  quota   BigInt?
  kind    Kind     @default(PLAIN)
  active  Boolean?
  seen    DateTime?
  data    Json?
  raw     Bytes?
  tags    String[]
  marks   Int[]
  home    Place?
  places  Place[]

  posts   Post[]
  profile Profile?
  leads   Team[]   @relation("Lead")
  teamIds Int[]
  teams   Team[]   @relation("Members", fields: [teamIds], references: [id])
  badges  Badge[]

  @@map("users")
}

model Profile {
  id     Int     @id @map("_id")
  bio    String?
  userId Int     @unique
  user   User    @relation(fields: [userId], references: [id], onDelete: Cascade)
}

model Post {
  id       Int    @id @map("_id")
  title    String
  slot     Int?
  views    Int    @default(0)
  authorId Int?   @map("author")
  author   User?  @relation(fields: [authorId], references: [id], onDelete: SetNull)
  parentId Int?
  parent   Post?  @relation("T", fields: [parentId], references: [id], NO_ACTIONS)
  replies  Post[] @relation("T")

  @@unique([authorId, slot])
  @@unique([title, views], name: "shown")
}

model Badge {
  id        Int     @id @map("_id")
  label     String  @default("none")
  ownerName String? @map("owner")
  owner     User?   @relation(fields: [ownerName], references: [name], UPDATE)
}

model Team {
  id        Int    @id @map("_id")
  name      String @unique
  leadId    Int?
  lead      User?  @relation("Lead", fields: [leadId], references: [id], onDelete: Restrict)
  memberIds Int[]
  members   User[] @relation("Members", fields: [memberIds], references: [id])
}
""".replace("NO_ACTIONS", "onDelete: NoAction, onUpdate: NoAction").replace(
    "UPDATE", "onDelete: SetNull, onUpdate: Cascade"
)

COLLECTIONS: Final = ("users", "Profile", "Post", "Team", "Badge")
MODELS: Final = ("User", "User", "Post", "Post", "Profile", "Team", "Badge")
IDS: Final = (1, 2, 3, 4)
NEW_IDS: Final = tuple(range(1, 13))
"""Of new records: some are taken."""
TEXTS: Final = ("", "a", "A", "b", "ab", "a.b", "ä", "Ä", "$x", "k\u212a", "B", "x", "y", "z")
DAYS: Final = tuple(datetime(2024, 1, day, 12, tzinfo=UTC) for day in (1, 2))
JSONS: Final[tuple[Any, ...]] = (
    *({"a": 1}, [1, 2], [], "t", {"b": [1, {"c": None}]}, 1.0, True, [[]], {}, [None]),
    *({"$oid": "0" * 24}, {"$numberDecimal": "1"}, {"$code": "t"}),
)
POOLS: Final[dict[str, tuple[Any, ...]]] = {
    "String": TEXTS,
    "Int": (-1, 0, 1, 2, 3, 2**31 - 1, 2**62),
    "Int32": (-1, 0, 1, 2, 2**31 - 1),
    "BigInt": (0, 1, -7, 2**53 + 1, 2**63 - 1),
    "Float": (-0.5, 0.0, -0.0, 0.1, 0.2, 2.0, 1e308),
    "Boolean": (True, False),
    "DateTime": DAYS,
    "Kind": ("PLAIN", "ODD"),
    "Json": tuple(Json(value) for value in JSONS),
    "Bytes": (Base64.encode(b""), Base64.encode(b"ab")),
}
SCALARS: Final[dict[str, dict[str, str]]] = {
    "User": {
        "id": "Id",
        "name": "String",
        "email": "String?",
        "age": "Int32?",
        "score": "Float",
        "quota": "BigInt?",
        "kind": "Kind",
        "active": "Boolean?",
        "seen": "DateTime?",
        "data": "Json?",
        "raw": "Bytes?",
    },
    "Profile": {"id": "Id", "bio": "String?", "userId": "Id"},
    "Post": {
        "id": "Id",
        "title": "String",
        "slot": "Int?",
        "views": "Int",
        "authorId": "Id?",
        "parentId": "Id?",
    },
    "Team": {"id": "Id", "name": "String", "leadId": "Id?"},
    "Badge": {"id": "Id", "label": "String", "ownerName": "String?"},
    "Place": {"city": "String", "zip": "Int?"},
    "Spot": {"name": "String?", "level": "Int"},
}
LISTS: Final[dict[str, dict[str, str]]] = {
    "User": {"tags": "String", "marks": "Int", "teamIds": "Id"},
    "Team": {"memberIds": "Id"},
    "Spot": {"marks": "String"},
}
REQUIRED: Final = {
    "User": ("id", "name"),
    "Profile": ("id",),
    "Post": ("id", "title"),
    "Team": ("id", "name"),
    "Badge": ("id",),
    "Place": ("city",),
    "Spot": ("level",),
}
KEYS: Final = ("userId", "authorId", "parentId", "leadId", "ownerName")
TO_MANY: Final = {
    "User": {"posts": "Post", "teams": "Team", "leads": "Team", "badges": "Badge"},
    "Post": {"replies": "Post"},
    "Team": {"members": "User"},
    "Profile": {},
    "Badge": {},
}
TO_ONE: Final = {
    "User": {"profile": "Profile"},
    "Profile": {"user": "User"},
    "Post": {"author": "User", "parent": "Post"},
    "Team": {"lead": "User"},
    "Badge": {"owner": "User"},
}
COMPOSITES: Final = {
    "User": {"home": ("Place", False), "places": ("Place", True)},
    "Place": {"near": ("Spot", False), "spots": ("Spot", True)},
}
NUMBERS: Final = ("Int", "Int32", "BigInt", "Float", "Id")
ARITHMETIC: Final = ("increment", "decrement", "multiply", "divide")
RANGE: Final = ("lt", "lte", "gt", "gte")

Object = dict[str, Any]


class Requests:
    """Makes requests."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def world(self) -> list[Request]:
        """Creates that fill the database to begin with."""
        found = []
        for model, size in (("User", 3), ("Team", 2), ("Post", 4), ("Profile", 2), ("Badge", 2)):
            names = self._random.sample(TEXTS, size)
            for number in range(size):
                data = self._record(model, 0) | {"id": number + 1}
                data |= {key: names[number] for key in ("name", "title") if key in data}
                for name, kind in SCALARS[model].items():
                    if name in KEYS and not self._chance(4):
                        data[name] = number + 1 if kind == "Id" else self._nullable(kind)
                for name, kind in LISTS.get(model, {}).items():
                    if kind == "Id":
                        data[name] = sorted(set(self._values(kind)))
                found.append(Request("createOne", model, {"data": data}, (Selection("id"),)))
        return found

    def request(self) -> Request:
        """Any request; writes as often as reads."""
        model = self._of(MODELS)
        make = self._of(
            (
                self._create,
                self._create,
                self._create_many,
                self._update,
                self._update,
                self._update_many,
                self._upsert,
                self._delete,
                self._delete_many,
                self._find,
                self._find,
                self._find,
                self._find_unique,
                self._aggregate,
                self._group,
            )
        )
        request: Request = make(model)
        return request

    # --- chance ---

    def _of(self, values: Sequence[Any]) -> Any:
        return self._random.choice(values)

    def _chance(self, one_in: int) -> bool:
        return self._random.randrange(one_in) == 0

    def _some(self, names: Any, at_most: int = 2) -> list[str]:
        names = list(names)
        size = self._random.randint(0, min(at_most, len(names)))
        return self._random.sample(names, size)

    def _value(self, kind: str) -> Any:
        if kind == "Id":
            return self._of(IDS)
        return self._of(POOLS[kind])

    def _nullable(self, kind: str) -> Any:
        if kind.endswith("?"):
            return None if self._chance(3) else self._value(kind[:-1])
        return self._value(kind)

    def _values(self, kind: str) -> list[Any]:
        return [self._value(kind) for _ in range(self._random.randint(0, 3))]

    # --- records ---

    def _record(self, model: str, depth: int, without: tuple[str, ...] = ()) -> Object:
        """The data of a create, with nested writes down to `depth`."""
        scalars = SCALARS[model]
        free = [name for name in scalars if name not in REQUIRED[model] and name not in KEYS]
        names = [*REQUIRED[model], *self._some(free, 3)]
        data = {name: self._nullable(scalars[name]) for name in names}
        if "id" in data:
            data["id"] = self._of(NEW_IDS)
        for name in self._some(LISTS.get(model, {}), 1):
            if not name.endswith("Ids"):
                data[name] = self._values(LISTS[model][name])
        for name in self._some(COMPOSITES.get(model, {}), 1):
            data[name] = self._composite(*COMPOSITES[model][name])
        data |= self._keys(model, depth, without, creating=True)
        return data

    def _keys(self, model: str, depth: int, without: tuple[str, ...], *, creating: bool) -> Object:
        """Either plain foreign keys, or nested writes: Prisma takes no mixture."""
        if model not in TO_ONE:
            return {}
        if not depth or self._chance(2):
            keys = [name for name in SCALARS[model] if name in KEYS and name not in without]
            chosen = keys if creating and model == "Profile" else self._some(keys)
            return {name: self._nullable(SCALARS[model][name]) for name in chosen}
        names = {**TO_MANY[model], **TO_ONE[model]}
        chosen = self._some([name for name in names if name not in without])
        if creating and model == "Profile" and "user" not in (*chosen, *without):
            chosen.append("user")
        return {name: self._nested(model, name, depth, creating=creating) for name in chosen}

    def _composite(self, kind: str, is_list: bool) -> Any:
        if is_list:
            return [self._place(kind) for _ in range(self._random.randint(0, 2))]
        return None if self._chance(4) else self._place(kind)

    def _place(self, kind: str) -> Object:
        return self._record(kind, 0)

    def _nested(self, model: str, name: str, depth: int, *, creating: bool) -> Object:
        target = TO_MANY[model].get(name) or TO_ONE[model][name]
        back = _back(model, name)
        many = name in TO_MANY[model]
        operators = ["create", "connect", "connectOrCreate"]
        if not creating:
            operators += ["disconnect", "update", "upsert", "delete"]
            operators += ["set", "updateMany", "deleteMany"] if many else []
        operator = self._of(operators)
        return {operator: self._nested_value(operator, target, depth - 1, back, many)}

    def _nested_value(
        self, operator: str, target: str, depth: int, back: tuple[str, ...], many: bool
    ) -> Any:
        match operator:
            case "create":
                return self._record(target, depth, back)
            case "connect":
                return self._unique(target)
            case "connectOrCreate":
                return {
                    "where": self._unique(target),
                    "create": self._record(target, depth, back),
                }
            case "disconnect" | "delete":
                return self._unique(target) if many else True
            case "set":
                return [self._unique(target) for _ in range(self._random.randint(0, 2))]
            case "update":
                data = self._changes(target, depth, back)
                return {"where": self._unique(target), "data": data} if many else data
            case "upsert":
                parts = {
                    "create": self._record(target, depth, back),
                    "update": self._changes(target, depth, back),
                }
                return {"where": self._unique(target), **parts} if many else parts
            case "updateMany":
                return {"where": self._where(target, 0), "data": self._changes(target, 0, back)}
            case _:
                return self._where(target, 0)

    def _changes(self, model: str, depth: int, without: tuple[str, ...] = ()) -> Object:
        scalars = SCALARS[model]
        names = [name for name in scalars if name not in ("id", *KEYS)]
        data = {name: self._change(scalars[name]) for name in self._some(names, 2)}
        for name in self._some(LISTS.get(model, {}), 1):
            kind = LISTS[model][name]
            if not name.endswith("Ids"):
                data[name] = self._of(({"push": self._values(kind)}, {"set": self._values(kind)}))
        for name in self._some(COMPOSITES.get(model, {}), 1):
            data[name] = self._composite_change(*COMPOSITES[model][name])
        data |= self._keys(model, depth, without, creating=False)
        return data

    def _change(self, kind: str) -> Any:
        plain = kind.removesuffix("?")
        if plain in NUMBERS and plain != "Id" and self._chance(2):
            return {self._of(ARITHMETIC): self._value(plain) or 3}
        if kind.endswith("?") and self._chance(4):
            return {"unset": True}
        value = self._nullable(kind)
        return value if self._chance(2) else {"set": value}

    def _composite_change(self, kind: str, is_list: bool) -> Any:
        if is_list:
            operator = self._of(("set", "push", "updateMany", "deleteMany"))
            where = self._where(kind, 0)
            data = self._changes(kind, 0) or {next(iter(SCALARS[kind])): "a"}
            match operator:
                case "updateMany":
                    return {"updateMany": {"where": where, "data": data}}
                case "deleteMany":
                    return {"deleteMany": {"where": where}}
                case _:
                    return {operator: self._composite(kind, True)}
        operator = self._of(("set", "unset", "upsert"))
        match operator:
            case "unset":
                return {"unset": True}
            case "set":
                return {"set": self._composite(kind, False)}
            case _:
                return {"upsert": {"set": self._place(kind), "update": self._changes(kind, 0)}}

    # --- filters ---

    def _unique(self, model: str) -> Object:
        if self._chance(5):
            match model:
                case "User":
                    names = ({"name": self._value("String")}, {"email": self._value("String")})
                    return dict(self._of(names))
                case "Post":
                    title, views = self._value("String"), self._value("Int")
                    author, slot = self._value("Id"), self._value("Int")
                    shown = {"shown": {"title": title, "views": views}}
                    return dict(
                        self._of((shown, {"authorId_slot": {"authorId": author, "slot": slot}}))
                    )
                case "Profile":
                    return {"userId": self._value("Id")}
                case "Team":
                    return {"name": self._value("String")}
        unique: Object = {"id": self._value("Id")}
        if self._chance(6):
            unique |= {
                name: self._filter(SCALARS[model][name])
                for name in ("name", "title")
                if name in SCALARS[model]
            }
        return unique

    def _where(self, model: str, depth: int) -> Object:
        names = self._some(SCALARS[model], self._of((1, 1, 2)))
        where = {name: self._filter(SCALARS[model][name]) for name in names}
        if self._chance(2):
            for name in self._some(LISTS.get(model, {}), 1):
                where[name] = self._list_filter(LISTS[model][name])
        if self._chance(2):
            for name in self._some(COMPOSITES.get(model, {}), 1):
                kind, is_list = COMPOSITES[model][name]
                where[name] = self._composite_filter(kind, is_list)
        if depth:
            for name in self._some(TO_MANY.get(model, {}), 1):
                inner = self._where(TO_MANY[model][name], depth - 1)
                where[name] = {self._of(("some", "every", "none")): inner}
            for name in self._some(TO_ONE.get(model, {}), 1):
                other = None if self._chance(4) else self._where(TO_ONE[model][name], depth - 1)
                where[name] = {self._of(("is", "isNot")): other}
            if self._chance(3):
                parts = [self._where(model, depth - 1) for _ in range(self._random.randint(1, 2))]
                where[self._of(("AND", "OR", "NOT"))] = parts
        return where

    def _filter(self, kind: str) -> Any:
        plain = kind.removesuffix("?")
        operators = ["equals", "in", "notIn", "not"]
        if plain == "Json":
            operators = ["equals", "not"]
        if plain == "Boolean":
            operators = ["equals", "not"]
        if plain in (*NUMBERS, "String", "DateTime"):
            operators += RANGE
        if plain == "String":
            operators += ["contains", "startsWith", "endsWith"]
        if kind.endswith("?"):
            operators.append("isSet")
        operator = self._of(operators)
        if operator == "isSet":
            return {"isSet": self._chance(2)}
        if operator in ("in", "notIn"):
            found: Object = {operator: self._values(plain)}
        elif operator in ("equals", "not"):
            found = {operator: self._nullable(kind)}
        else:
            found = {operator: self._value(plain)}
        if plain == "String" and self._chance(3):
            found["mode"] = "insensitive"
        return found

    def _list_filter(self, kind: str) -> Object:
        operator = self._of(("has", "hasSome", "hasEvery", "isEmpty", "equals"))
        match operator:
            case "isEmpty":
                return {"isEmpty": self._chance(2)}
            case "has":
                return {"has": self._value(kind)}
            case _:
                return {operator: self._values(kind)}

    def _composite_filter(self, kind: str, is_list: bool) -> Any:
        if is_list:
            operator = self._of(("some", "every", "none", "isEmpty", "equals"))
            match operator:
                case "isEmpty":
                    return {"isEmpty": self._chance(2)}
                case "equals":
                    return {"equals": self._composite(kind, True)}
                case _:
                    return {operator: self._where(kind, 0)}
        operator = self._of(("is", "isNot", "equals", "isSet"))
        match operator:
            case "isSet":
                return {"isSet": self._chance(2)}
            case "equals":
                return {"equals": self._composite(kind, False)}
            case _:
                return {operator: None if self._chance(4) else self._where(kind, 0)}

    # --- what is selected ---

    def _selected(self, model: str, depth: int) -> tuple[Selection, ...]:
        names = [*SCALARS[model], *LISTS.get(model, {})]
        found = [Selection(name) for name in names]
        found += [
            Selection(name, selections=self._selected_of_type(kind))
            for name, (kind, _) in COMPOSITES.get(model, {}).items()
        ]
        if depth:
            relations = TO_MANY[model] | TO_ONE[model]
            for name in self._some(relations):
                arguments = self._page(relations[name], 0) if name in TO_MANY[model] else {}
                inner = self._selected(relations[name], depth - 1)
                found.append(Selection(name, arguments, inner))
            counted = self._some(TO_MANY[model], 1)
            if counted:
                parts = tuple(
                    Selection(name, {"where": self._where(TO_MANY[model][name], 0)})
                    for name in counted
                )
                found.append(Selection("_count", selections=parts))
        return tuple(found)

    def _selected_of_type(self, kind: str) -> tuple[Selection, ...]:
        found = [Selection(name) for name in [*SCALARS[kind], *LISTS.get(kind, {})]]
        found += [
            Selection(name, selections=self._selected_of_type(inner))
            for name, (inner, _) in COMPOSITES.get(kind, {}).items()
        ]
        return tuple(found)

    def _page(self, model: str, depth: int) -> Object:
        """Always in a total order: without one a store may answer in any."""
        ways = ("asc", "desc")
        has_cursor = self._chance(5)
        names = [name for name in SCALARS[model] if name not in ("id", "data")]
        sortable = names if has_cursor or "data" not in SCALARS[model] else [*names, "data"]
        order = [{name: self._of(ways)} for name in self._some(sortable)]
        if depth and self._chance(3):
            order += [{name: {"_count": self._of(ways)}} for name in self._some(TO_MANY[model], 1)]
            order += [
                {name: {self._of([*SCALARS[target]][:6]): self._of(ways)}}
                for name, target in TO_ONE[model].items()
                if self._chance(2)
            ]
        page: Object = {"orderBy": [*order, {"id": self._of(ways)}]}
        if self._chance(2):
            page["where"] = self._where(model, depth)
        if self._chance(3):
            page["take"] = self._random.randint(-3, 3)
        if self._chance(4):
            page["skip"] = self._random.randint(0, 2)
        if has_cursor:
            page["cursor"] = {"id": self._value("Id")}
        if self._chance(6):
            page["distinct"] = self._random.sample(names, self._random.randint(1, 2))
        return page

    # --- operations ---

    def _make(self, action: Action, model: str, arguments: Object) -> Request:
        return Request(action, model, arguments, self._selected(model, 1))

    def _counted(self, action: Action, model: str, arguments: Object) -> Request:
        return Request(action, model, arguments, (Selection("count"),))

    def _create(self, model: str) -> Request:
        return self._make("createOne", model, {"data": self._record(model, 2)})

    def _create_many(self, model: str) -> Request:
        data = [self._record(model, 0) for _ in range(self._random.randint(1, 3))]
        return self._counted("createMany", model, {"data": data})

    def _update(self, model: str) -> Request:
        data = self._changes(model, 2)
        return self._make("updateOne", model, {"where": self._unique(model), "data": data})

    def _update_many(self, model: str) -> Request:
        data = self._changes(model, 0)
        return self._counted("updateMany", model, {"where": self._where(model, 1), "data": data})

    def _upsert(self, model: str) -> Request:
        arguments = {
            "where": self._unique(model),
            "create": self._record(model, 1),
            "update": self._changes(model, 1),
        }
        return self._make("upsertOne", model, arguments)

    def _delete(self, model: str) -> Request:
        return self._make("deleteOne", model, {"where": self._unique(model)})

    def _delete_many(self, model: str) -> Request:
        return self._counted("deleteMany", model, {"where": self._where(model, 1)})

    def _find(self, model: str) -> Request:
        action = self._of(("findMany", "findMany", "findFirst"))
        return Request(action, model, self._page(model, 2), self._selected(model, 2))

    def _find_unique(self, model: str) -> Request:
        action = self._of(("findUnique", "findUniqueOrThrow"))
        return self._make(action, model, {"where": self._unique(model)})

    def _aggregate(self, model: str) -> Request:
        numbers, others = self._numbers(model), list(SCALARS[model])
        selections = [Selection("_count", selections=(Selection("_all"),))]
        kept = [each for each in others if SCALARS[model][each] not in UNORDERED]
        for name in self._some(("_sum", "_avg", "_min", "_max"), 3):
            members = numbers if name in ("_sum", "_avg") else kept
            selections.append(Selection(name, selections=tuple(map(Selection, members))))
        page = self._page(model, 1)
        page.pop("distinct", None)
        return Request("aggregate", model, page, tuple(selections))

    def _group(self, model: str) -> Request:
        groupable = [name for name, kind in SCALARS[model].items() if kind != "Json?"]
        by = self._random.sample(groupable, self._random.randint(1, 2))
        numbers = self._numbers(model)
        selections = [Selection(name) for name in by]
        selections.append(Selection("_count", selections=(Selection("_all"),)))
        if numbers:
            selections.append(Selection("_sum", selections=tuple(map(Selection, numbers))))
        arguments: Object = {
            "by": by,
            "where": self._where(model, 1),
            "orderBy": [{name: self._of(("asc", "desc"))} for name in by],
        }
        if self._chance(3):
            arguments["take"] = self._random.randint(-2, 2)
        if self._chance(3) and numbers:
            arguments["having"] = {numbers[0]: {"_max": {self._of(RANGE): 2}}}
        return Request("groupBy", model, arguments, tuple(selections))

    def _numbers(self, model: str) -> list[str]:
        kinds = SCALARS[model]
        return [name for name, kind in kinds.items() if kind.removesuffix("?") in NUMBERS]


UNORDERED: Final = ("Json?", "Bytes?", "Boolean?")


def _back(model: str, name: str) -> tuple[str, ...]:
    """What a nested record must not say: it is related to the outer one by standing inside it."""
    return {
        ("User", "posts"): ("author", "authorId"),
        ("User", "profile"): ("user", "userId"),
        ("User", "teams"): ("members",),
        ("User", "leads"): ("lead", "leadId"),
        ("User", "badges"): ("owner", "ownerName"),
        ("Profile", "user"): ("profile",),
        ("Post", "author"): ("posts",),
        ("Post", "parent"): ("replies",),
        ("Post", "replies"): ("parent", "parentId"),
        ("Team", "lead"): ("leads",),
        ("Badge", "owner"): ("badges",),
        ("Team", "members"): ("teams",),
    }[model, name]
