"""The Datamodel: a schema.prisma as frozen dataclasses. Every other package uses it.

It has what Prisma's language says, and nothing about MongoDB's commands, Python models or files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

Kind = Literal["scalar", "enum", "composite", "relation"]
ReferentialAction = Literal["Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"]
SortOrder = Literal["Asc", "Desc"]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the schema's text; line and column count from 1."""

    line: int
    column: int


NOWHERE = Position(0, 0)


@dataclass(frozen=True, slots=True)
class Function:
    """A function call in the schema: `auto()`, `now()`, `uuid(7)`, `env("DATABASE_URL")`."""

    name: str
    arguments: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class NativeType:
    """A native type attribute: `@db.ObjectId` has the name `ObjectId`."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Literals:
    """A constant default: one value, or a tuple of values where the field is a list.

    Values are str, bool, int, float or tuple; an enum value is the name of its member. Int, BigInt
    and Float are numbers; DateTime, Bytes, Json and Decimal are the text of the schema.
    """

    value: object


Default = Literals | Function


@dataclass(frozen=True, slots=True)
class Relation:
    """One side of a relation, as its `@relation` attribute says it, with names filled in.

    `fields` and `references` are schema names; both are empty on the side without foreign key.
    In a many-to-many over id lists both sides have them. The actions are None where unset.
    """

    name: str
    fields: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    on_delete: ReferentialAction | None = None
    on_update: ReferentialAction | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model or of a composite type.

    `type` names a scalar, an enum, a composite type or a model. `db_name` is the stored name
    (`@map`); `is_mapped` tells `@map` with the same name from none. `Unsupported("…")` is a scalar
    of the type `Unsupported`, and ignored: the client does not have it. `notes` is the
    documentation without comments above a block attribute, which Prisma gives to the next field.
    """

    name: str
    kind: Kind
    type: str
    db_name: str
    is_list: bool = False
    is_required: bool = True
    is_id: bool = False
    is_unique: bool = False
    is_updated_at: bool = False
    default: Default | None = None
    native_type: NativeType | None = None
    relation: Relation | None = None
    documentation: str | None = None
    ignored: bool = False
    is_mapped: bool = False
    notes: str | None = None
    position: Position = field(default=NOWHERE, compare=False)

    @property
    def is_object_id(self) -> bool:
        """Whether the stored value is an ObjectId."""
        return self.native_type is not None and self.native_type.name == "ObjectId"

    def __hash__(self) -> int:
        """A fast hash by few attributes: every written value looks up its field."""
        return hash((self.name, self.type))


_ID_OF_A_VIEW: Final = Field("_id", "scalar", "Json", "_id")


@dataclass(frozen=True, slots=True)
class IndexField:
    """A field in an index; `path` has more than one name inside a composite type."""

    path: tuple[str, ...]
    sort: SortOrder | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """`@@index`, `@@unique`, `@@fulltext`, `@unique` or `@id`/`@@id`.

    `name` is the client's name of a compound unique (`name:`, else the joined field names; None for
    single fields); `db_name` is MongoDB's (`map:`, else None: see `index_names`). `algorithm` is
    `type:`; it changes nothing. `notes` are the comments at a block attribute, or of the field.
    """

    kind: Literal["id", "unique", "index", "fulltext"]
    fields: tuple[IndexField, ...]
    name: str | None = None
    db_name: str | None = None
    is_field_attribute: bool = False
    algorithm: Literal["BTree"] | None = None
    notes: str | None = None
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ShardKeyPart:
    """A field of a shard key, by its schema name; `hashed` where MongoDB hashes its values."""

    field: str
    hashed: bool = False


@dataclass(frozen=True)
class Model:
    """A model or a view; `db_name` is its collection (`@@map`), `shard_key` as `@shardKey` says."""

    name: str
    db_name: str
    fields: tuple[Field, ...]
    indexes: tuple[Index, ...] = ()
    documentation: str | None = None
    ignored: bool = False
    is_mapped: bool = False
    is_view: bool = False
    shard_key: tuple[ShardKeyPart, ...] = ()
    position: Position = field(default=NOWHERE, compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by schema name."""
        return {item.name: item for item in self.fields}

    @cached_property
    def shard_fields(self) -> tuple[Field, ...]:
        """The fields of the shard key, in its order; none of a collection that is not sharded."""
        return tuple(self.by_name[part.field] for part in self.shard_key)

    @cached_property
    def identity(self) -> tuple[Field, ...]:
        """The id, and the fields of the shard key: what a write of one record has to know."""
        return tuple(dict.fromkeys((self.id_field, *self.shard_fields)))

    @cached_property
    def id_field(self) -> Field:
        """The field with `@id`, stored as `_id`. A view has one that it does not name."""
        named = (item for item in self.fields if item.is_id or item.db_name == "_id")
        return next(named, _ID_OF_A_VIEW)

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """Every field that a stored document has: all but relations."""
        return tuple(item for item in self.fields if item.kind != "relation")

    @cached_property
    def index_orders(self) -> tuple[tuple[tuple[str, bool], ...], ...]:
        """What indexes of plain fields sort by: stored names, and whether they descend."""
        orders: list[tuple[tuple[str, bool], ...]] = [
            ((item.db_name, False),) for item in self.stored_fields if item.is_id
        ]
        for index in self.indexes:
            paths = [part.path for part in index.fields]
            if index.kind not in ("index", "unique") or any(len(path) > 1 for path in paths):
                continue
            members = [(self.by_name[part.path[0]], part.sort == "Desc") for part in index.fields]
            if not any(item.is_list for item, _ in members):
                orders.append(tuple((item.db_name, descends) for item, descends in members))
        return tuple(orders)

    @cached_property
    def uniques(self) -> Mapping[str, tuple[Field, ...]]:
        """What identifies one record: the client's name of each unique → its fields.

        The name of a single field is its own, of a compound one its `name:` or the joined names.
        A unique over a composite is an index, and identifies no record here.
        """
        found: dict[str, tuple[Field, ...]] = {
            item.name: (item,) for item in self.fields if item.is_id or item.is_unique
        }
        for index in self.indexes:
            if index.kind == "unique" and all(len(part.path) == 1 for part in index.fields):
                members = tuple(self.by_name[part.path[0]] for part in index.fields)
                found[index.name or "_".join(item.name for item in members)] = members
        return {k: each for k, each in found.items() if all(i.kind != "composite" for i in each)}


@dataclass(frozen=True)
class CompositeType:
    """A composite type (`type Address { … }`)."""

    name: str
    fields: tuple[Field, ...]
    documentation: str | None = None
    position: Position = field(default=NOWHERE, compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by schema name."""
        return {item.name: item for item in self.fields}

    @cached_property
    def members(self) -> Mapping[str, Field]:
        """The fields that the client has: all but those that are `Unsupported`."""
        return {item.name: item for item in self.fields if not item.ignored}


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A member of an enum; `db_name` is what is stored (`@map`)."""

    name: str
    db_name: str
    documentation: str | None = None
    is_mapped: bool = False


@dataclass(frozen=True)
class Enum:
    """An enum."""

    name: str
    values: tuple[EnumValue, ...]
    db_name: str | None = None
    documentation: str | None = None
    position: Position = field(default=NOWHERE, compare=False)

    @cached_property
    def stored(self) -> Mapping[str, str]:
        """Member name → stored text."""
        return {value.name: value.db_name for value in self.values}

    @cached_property
    def members(self) -> Mapping[str, str]:
        """Stored text → member name."""
        return {value.db_name: value.name for value in self.values}


@dataclass(frozen=True, slots=True)
class Datasource:
    """The `datasource` block; `url` is text, or `env("…")` as a Function."""

    name: str
    provider: str
    url: str | Function
    properties: Mapping[str, object] = field(default_factory=dict)
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Generator:
    """A `generator` block, its properties as written (text, bool, number, tuple or Function)."""

    name: str
    provider: str | Function
    properties: Mapping[str, object] = field(default_factory=dict)
    documentation: str | None = None
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A relation as one of its models sees it, ready to be followed.

    A record of `target` belongs to a record of `model` when its `remote` values equal the record's
    `local` values (`is_many_to_many`: when the id is in the list). `opposite` is the field on
    `target` that names the same relation. `holds_key` is True where `local` is the foreign key.
    """

    model: Model
    field: Field
    target: Model
    opposite: Field
    local: tuple[Field, ...]
    remote: tuple[Field, ...]
    holds_key: bool
    is_many_to_many: bool
    on_delete: ReferentialAction
    on_update: ReferentialAction


@dataclass(frozen=True)
class Datamodel:
    """A whole schema.prisma."""

    models: tuple[Model, ...]
    enums: tuple[Enum, ...] = ()
    types: tuple[CompositeType, ...] = ()
    datasources: tuple[Datasource, ...] = ()
    generators: tuple[Generator, ...] = ()

    @cached_property
    def model(self) -> Mapping[str, Model]:
        """The models by name."""
        return {item.name: item for item in self.models}

    @cached_property
    def enum(self) -> Mapping[str, Enum]:
        """The enums by name."""
        return {item.name: item for item in self.enums}

    @cached_property
    def type(self) -> Mapping[str, CompositeType]:
        """The composite types by name."""
        return {item.name: item for item in self.types}

    @cached_property
    def dependents(self) -> Mapping[str, tuple[Link, ...]]:
        """Model → its relations whose other side holds a key of it; none: it is not there."""
        found: dict[str, tuple[Link, ...]] = {}
        for link in self.links.values():
            if not link.holds_key and not link.is_many_to_many:
                found[link.model.name] = (*found.get(link.model.name, ()), link)
        return found

    @cached_property
    def links(self) -> Mapping[tuple[str, str], Link]:
        """Every side of every relation, by (model name, field name)."""
        return {
            (model.name, item.name): self._link(model, item)
            for model in self.models
            for item in model.fields
            if item.kind == "relation" and not item.ignored
        }

    def link(self, model: Model, name: str) -> Link:
        """The relation that `name` is on `model`."""
        return self.links[model.name, name]

    def _link(self, model: Model, item: Field) -> Link:
        target = self.model[item.type]
        here = item.relation
        opposite = self._opposite(model, item, target)
        there = opposite.relation
        if here is None or there is None:
            raise ValueError(f"{model.name}.{item.name} is not a relation")
        many_to_many = item.is_list and opposite.is_list
        if many_to_many or here.fields:
            local, remote, holds_key = here.fields, here.references, bool(here.fields)
        else:
            local, remote, holds_key = there.references, there.fields, False
        owner, holder, holding = (model, here, item) if here.fields else (target, there, opposite)
        # Prisma: one required key is enough, whatever the relation field says
        required = holding.is_required or any(owner.by_name[k].is_required for k in holder.fields)
        return Link(
            model=model,
            field=item,
            target=target,
            opposite=opposite,
            local=tuple(model.by_name[name] for name in local),
            remote=tuple(target.by_name[name] for name in remote),
            holds_key=holds_key,
            is_many_to_many=many_to_many,
            on_delete=holder.on_delete or ("Restrict" if required else "SetNull"),
            on_update=holder.on_update or "Cascade",
        )

    def _opposite(self, model: Model, item: Field, target: Model) -> Field:
        for other in target.fields:
            if other.relation is None or item.relation is None or other.type != model.name:
                continue
            same_name = other.relation.name == item.relation.name
            if same_name and not (model is target and other.name == item.name):
                return other
        raise ValueError(f"{model.name}.{item.name} has no other side on {target.name}")
