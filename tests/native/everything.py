"""A model with a field of every kind, and the two ways to read its documents."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Final

import bson
from prisma.errors import DataError
from pydantic import BaseModel, ConfigDict

from prismongo.native import _rows
from prismongo.query.decode.columns import Reader
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.selected_names import SharingNames
from prismongo.query.decode.shapes import ModelForm, Shape
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.requests import Request
from prismongo.query.validate.validator import Validator
from prismongo.schema import Datamodel, parse
from prismongo.stores.mongo.replies import StoredRow
from prismongo.stores.rows import ROWS

KINDS: Final = {
    "text": "String",
    "key": "String @db.ObjectId",
    "flag": "Boolean",
    "whole": "Int",
    "small": "Int @db.Int",
    "long": "BigInt",
    "double": "Float",
    "moment": "DateTime",
    "stamp": "DateTime @db.Timestamp",
    "exact": "Decimal",
    "bytes": "Bytes",
    "twelve": "Bytes @db.ObjectId",
    "json": "Json",
    "role": "Role",
    "place": "Place",
}


_PLAIN: Final = (
    *("text", "key", "flag", "whole", "small", "long", "double", "moment", "stamp", "role"),
)
"""The kinds whose values cannot change, and that the accelerator reads alone."""


def _fields() -> dict[str, str]:
    """Of each kind one that is required, one that is optional, a list, and one with a default."""
    fields = {"id": 'String @id @default(auto()) @map("_id") @db.ObjectId'}
    for name, kind in KINDS.items():
        scalar, _, native = kind.partition(" ")
        fields |= {f"{name}1": kind, f"{name}0": f"{scalar}? {native}"}
        fields[f"{name}s"] = f'{scalar}[] {native} @map("many {name}")'
    return fields | {
        "textD": 'String @default("é")',
        "wholeD": "Int @default(7)",
        "flagD": "Boolean @default(true)",
        "roleD": "Role @default(ADMIN)",
        "jsonD": 'Json @default("[1]")',
    }


FIELDS: Final = _fields()
LINES: Final = "\n  ".join(f"{name} {kind}" for name, kind in FIELDS.items())
PLAIN: Final = {
    name: kind
    for name, kind in FIELDS.items()
    if name in ("id", "textD", "wholeD", "flagD", "roleD") or name[:-1] in _PLAIN
}
"""The fields of these kinds: a record of them alone is copied when its row is read again."""
PLAIN_LINES: Final = "\n  ".join(f"{name} {kind}" for name, kind in PLAIN.items())
SCHEMA: Final = f"""
datasource db {{
  provider = "mongodb"
  url      = env("DATABASE_URL")
}}
enum Role {{
  USER
  ADMIN @map("administrator")
}}
type Place {{
  city   String
  street String? @map("st")
  exact  Decimal?
  floors Int[]
  kind   Role @default(USER)
  inner  Spot?
  others Spot[]
}}
type Spot {{
  city  String
  kind  Role @default(USER)
  spot  Spot?
  spots Spot[]
}}
model Everything {{
  {LINES}
}}
model Plain {{
  {PLAIN_LINES}
}}
"""


class Role(StrEnum):
    """The enum."""

    USER = "USER"
    ADMIN = "ADMIN"


class Spot(BaseModel):
    """A composite in a composite, and within itself."""

    city: Any
    kind: Role
    spot: Spot | None = None
    spots: list[Spot]


class Place(BaseModel):
    """A composite."""

    city: Any
    street: Any = None
    exact: Any = None
    floors: Any
    kind: Role
    inner: Spot | None = None
    others: list[Spot]


class _Everything(SharingNames):
    model_config = ConfigDict(extra="allow")
    __prisma_model__: ClassVar = "Everything"


def _class() -> type[BaseModel]:
    composites = {"place1": Place, "place0": Place | None, "places": list[Place]}
    roles = {"role1": Role, "role0": Role | None, "roles": list[Role], "roleD": Role}
    annotations = {name: (composites | roles).get(name, Any) for name in FIELDS}
    namespace = {"__module__": __name__, "__annotations__": annotations}
    metaclass: Any = type(_Everything)
    made: type[BaseModel] = metaclass("Everything", (_Everything,), namespace)
    return made


Everything: Final = _class()


class Plain(SharingNames):
    """What a record has that is copied when its row is read again."""

    model_config = ConfigDict(extra="allow")
    __prisma_model__: ClassVar = "Plain"
    __annotations__ = dict.fromkeys(PLAIN, Any)


def reader_of(datamodel: Datamodel, kind: type[BaseModel]) -> Reader:
    """The reader of all that a class declares."""
    shape = Shape(kind)
    request = Request("findMany", shape.model, declared=shape.declared)
    operation = Validator(datamodel).validate(request)
    assert isinstance(operation, FindPage)
    return Decoder(datamodel).reader(operation.selected, ModelForm(shape))


DATAMODEL: Final = parse(SCHEMA)
READER: Final = reader_of(DATAMODEL, Everything)
PLAIN_READER: Final = reader_of(DATAMODEL, Plain)


def reply_of(documents: Sequence[bytes]) -> bytes:
    """What a server answers to a find."""
    batch = [bson.raw_bson.RawBSONDocument(each) for each in documents]
    cursor = {"firstBatch": batch, "id": bson.Int64(0), "ns": "a.b"}
    return bson.encode({"cursor": cursor, "ok": 1.0, "operationTime": bson.Timestamp(1, 1)})


def rows_of(documents: Sequence[bytes]) -> list[Any]:
    """The rows of a reply with the documents, as the store has them."""
    parts = _rows.split(reply_of(documents), StoredRow)
    assert parts is not None
    return parts[2]


def accelerated(document: bytes) -> Any:
    """What the accelerator makes of a document."""
    return _outcome(lambda: READER.many(rows_of([document]))[0])


def again(document: bytes) -> list[Any]:
    """What both make of the fields that are copied when a row is read again, Python at first."""
    (row,) = rows_of([document])
    rows = [StoredRow.decoded(document), *[row] * 4]
    return [_outcome(partial(PLAIN_READER.one, each)) for each in rows]


def careful(document: bytes) -> Any:
    """What Python makes of it."""
    return _outcome(lambda: READER.one(bson.decode(document, ROWS)))


def _outcome(read: Any) -> Any:
    """A record, or what its error says."""
    try:
        return told(read())
    except DataError as error:
        return type(error), error.code, error.meta, str(error)
    except bson.errors.BSONError as error:
        return type(error)


def told(value: Any) -> Any:
    """A value with its type, and all that pydantic keeps of a record."""
    match value:
        case BaseModel():
            inner = {name: told(each) for name, each in vars(value).items()}
            rest = value.__pydantic_extra__, value.__pydantic_private__
            return type(value), list(inner), inner, value.model_fields_set, rest
        case list():
            return list, [told(each) for each in value]
        case dict():
            return dict, [(key, told(each)) for key, each in value.items()]
        case _:
            return type(value), repr(value), getattr(value, "tzinfo", None)
