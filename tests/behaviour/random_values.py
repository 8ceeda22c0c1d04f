"""Random values for a handful of related models, drawn from small pools; below random_filters.py.

So ids collide, uniques are taken, and filters find something.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from prisma.fields import Base64, Json

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
  cost  Decimal?
}

model User {
  id      Int      @id @map("_id")
  name    String   @unique
  email   String?  @unique @map("mail")
  age     Int?     @db.Int
  score   Float    @default(0.5)
  quota   BigInt?
  fee     Decimal  @default(0.50)
  price   Decimal?
  kind    Kind     @default(PLAIN)
  active  Boolean?
  seen    DateTime?
  data    Json?
  raw     Bytes?
  tags    String[]
  marks   Int[]
  rates   Decimal[]
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
    "Decimal": (
        *(Decimal("-1.50"), Decimal("-0"), Decimal("0.10"), "0.1", "1E+3", 2, 0.5, "1E-6176"),
        *("9.999999999999999999999999999999999E+6144", "0.3333333333333333333333333333333333"),
    ),
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
        "fee": "Decimal",
        "price": "Decimal?",
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
    "Spot": {"name": "String?", "level": "Int", "cost": "Decimal?"},
}
LISTS: Final[dict[str, dict[str, str]]] = {
    "User": {"tags": "String", "marks": "Int", "rates": "Decimal", "teamIds": "Id"},
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
NUMBERS: Final = ("Int", "Int32", "BigInt", "Float", "Decimal", "Id")
ARITHMETIC: Final = ("increment", "decrement", "multiply", "divide")
RANGE: Final = ("lt", "lte", "gt", "gte")

Object = dict[str, Any]


class Values:
    """Draws values, and documents of them."""

    def __init__(self, random: Random) -> None:
        self._random = random

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

    def _document(self, model: str) -> Object:
        """The values of a new record or composite, without its keys and relations."""
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
        return data

    def _composite(self, kind: str, is_list: bool) -> Any:
        if is_list:
            return [self._document(kind) for _ in range(self._random.randint(0, 2))]
        return None if self._chance(4) else self._document(kind)
