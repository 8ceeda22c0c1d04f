"""`returning(Card)`: answers of a class of the user's own, whose fields are the selection.

    class MessageCard(BaseModel):
        content: str
        author: PublicUser

    class ChannelCard(BaseModel):
        name: str
        latest: Annotated[list[MessageCard], Include(take=3)] = Field(alias="messages")
        members: Annotated[int, Count("members")]

    cards = await db.channel.returning(ChannelCard).find_many()

A field has the name of the schema's field, or its alias has. A nested class is a nested selection.
A field that the schema does not have needs a default. What does not fit is a `SelectionError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeVar

from prisma.errors import DataError
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from prismongo.client.annotations import fits, is_list_of, takes_none
from prismongo.client.records import Composite, Record
from prismongo.errors import SelectionError
from prismongo.fields import Base64
from prismongo.query.decode.columns import Column, Reader
from prismongo.query.decode.forms import PYTHON, WIRE, Form, NamesForm
from prismongo.query.decode.shapes import (
    COUNTS,
    CompositeForm,
    Shape,
    class_in,
    complete,
    shape_of,
)
from prismongo.query.nodes.requests import DeclaredFields, Request, Selection
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model

Owner = Model | CompositeType
KindT = TypeVar("KindT", bound=type[BaseModel])


@dataclass(frozen=True)
class Include:
    """Which related records a field of a class for `returning` holds, and in which order.

    Attributes:
        where: the filter of the related model.
        order: one order, or several.
        take: how many at most; a negative number counts from the end.
        skip: how many to leave out first.
        cursor: a unique of the record to begin with.
        distinct: the fields of which each combination of values is answered once.
    """

    where: Mapping[str, Any] | None = None
    order: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    take: int | None = None
    skip: int | None = None
    cursor: Mapping[str, Any] | None = None
    distinct: Sequence[str] | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """As an include of a call has them."""
        given = {
            "where": self.where,
            "order_by": self.order,
            "take": self.take,
            "skip": self.skip,
            "cursor": self.cursor,
            "distinct": self.distinct,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Count:
    """How many related records there are.

    Attributes:
        relation: the relation to many records.
        where: which of them are counted; None: all.
    """

    relation: str
    where: Mapping[str, Any] | None = None


SELECTED: Final = "__prismongo_selects__"


def selects(model: type[Record]) -> Callable[[KindT], KindT]:
    """Say of which model a class is a selection, so that `prismongo check` compares it.

        @selects(User)
        class PublicUser(BaseModel): ...

    Args:
        model: a generated class.

    Raises:
        TypeError: it is none.
    """
    if getattr(model, "__prisma_model__", None) is None:
        raise TypeError("`selects` takes a class of prisma.models: @selects(User).")

    def mark(kind: KindT) -> KindT:
        setattr(kind, SELECTED, model)
        return kind

    return mark


@dataclass(frozen=True)
class _Part:
    """A field of the class that is read from the database.

    Attributes:
        name: the schema's name of it.
        key: by which name pydantic takes it.
        selection: what is selected.
        form: how a record or a composite value under it is built; the class around it that stands
            here once more, whose value is selected whole.
        convert: makes the value that the class has.
    """

    name: str
    key: str
    selection: Selection
    form: Form | ClassSelection | None = None
    convert: Callable[[Any], Any] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the field is selected by its name alone."""
        return self.selection == Selection(self.name)


def record_of(kind: type[Record], model: str) -> type[Record]:
    """The class, if it is a class of the model.

    Raises:
        SelectionError: it is one of another model.
    """
    if kind.__prisma_model__ != model:
        reason = f"it is a class of {kind.__prisma_model__}, and not of {model}"
        raise SelectionError(kind, None, reason)
    return kind


def class_selection(kind: type[BaseModel], model: Model, datamodel: Datamodel) -> ClassSelection:
    """What a class selects of a model, compared with the schema, the arguments inside it too.

    Raises:
        SelectionError: the class does not fit.
    """
    selection = ClassSelection(kind, model, datamodel)
    arguments = (selection.selections, selection.declared)
    request = Request("findMany", model.name, {}, *arguments, words="python")
    try:
        Validator(datamodel, "python").validate(request)
    except DataError as error:
        raise SelectionError(kind, selection.field_at(error), str(error).rstrip(".")) from None
    return selection


class ClassSelection(Shape):
    """What one class of the user's own selects of a model or of a composite type.

    Args:
        kind: the class.
        owner: what it selects of.
        datamodel: the schema.
        outer: the selections around it, which this one is part of.

    Attributes:
        classes: the class and all that stand inside it.

    Raises:
        SelectionError: the class does not fit the schema.
    """

    def __init__(
        self,
        kind: type[BaseModel],
        owner: Owner,
        datamodel: Datamodel,
        outer: tuple[ClassSelection, ...] = (),
    ) -> None:
        if any(kind is around.kind for around in outer):
            raise SelectionError(kind, None, "it selects itself without an end")
        of = getattr(vars(kind).get(SELECTED), "__prisma_model__", owner.name)
        if of != owner.name:
            raise SelectionError(kind, None, f"it selects of {of}, and not of {owner.name}")
        self.kind = kind
        self.model = owner.name
        self._owner = owner
        self._datamodel = datamodel
        self._outer = (*outer, self)
        self.classes = {kind}
        self._parts, self._counts = self._read_class()

    def _read_class(self) -> tuple[list[_Part], dict[str, tuple[str, Selection]]]:
        parts: list[_Part] = []
        counts: dict[str, tuple[str, Selection]] = {}
        complete(self.kind)
        for name, info in self.kind.model_fields.items():
            count = next((item for item in info.metadata if isinstance(item, Count)), None)
            if count is None:
                part = self._part(name, info)
                parts += [] if part is None else [part]
            elif count.relation in counts:
                raise SelectionError(self.kind, name, f"`{count.relation}` is counted twice")
            else:
                counts[count.relation] = _key(self.kind, name, info), self._counted(name, count)
        if not parts and not counts:
            raise SelectionError(self.kind, None, f"it has no field of {self.model}")
        return parts, counts

    def _counted(self, name: str, count: Count) -> Selection:
        field = self._owner.by_name.get(count.relation)
        if field is None or field.kind != "relation" or not field.is_list:
            known = ", ".join(item.name for item in self._owner.fields if _is_of_many(item))
            reason = f"{self.model} has no relation `{count.relation}` to many records: {known}"
            raise SelectionError(self.kind, name, reason)
        return Selection(count.relation, {} if count.where is None else {"where": count.where})

    def _part(self, name: str, info: FieldInfo) -> _Part | None:
        key = _key(self.kind, name, info)
        field = self._owner.by_name.get(key)
        if field is None or field.ignored:
            if not info.is_required():
                return None
            raise SelectionError(self.kind, name, f"{self.model} has no field `{key}`")
        self._check(name, info, field)
        part = _Part(field.name, key, Selection(field.name))
        match field.kind:
            case "relation":
                return self._related(part, name, info, field)
            case "composite":
                return self._composite(part, name, field)
            case "scalar" | "enum":
                return replace(part, convert=_conversion(info, field))

    def _check(self, name: str, info: FieldInfo, field: Field) -> None:
        include = any(isinstance(item, Include) for item in info.metadata)
        if include and not _is_of_many(field):
            raise SelectionError(self.kind, name, "`Include` is for relations to many records")
        if not field.is_required and not field.is_list and not takes_none(info.annotation):
            reason = f"{self.model}.{field.name} is optional in the schema; add `| None`"
            raise SelectionError(self.kind, name, reason)
        members = self._datamodel.enum[field.type].stored if field.kind == "enum" else ()
        if not fits(info.annotation, field, members):
            kind = f"{field.type}[]" if field.is_list else field.type
            reason = f"{self.model}.{field.name} is {kind} in the schema"
            raise SelectionError(self.kind, name, reason)

    def _related(self, part: _Part, name: str, info: FieldInfo, field: Field) -> _Part:
        inner = class_in(self.kind, name)
        if inner is None or is_list_of(info.annotation, inner) is not field.is_list:
            many = "a list of a class" if field.is_list else "a class"
            reason = f"{self.model}.{field.name} is a relation: the type is {many}"
            raise SelectionError(self.kind, name, reason)
        shape = self._shape(inner, self._datamodel.model[field.type])
        given = [item.arguments for item in info.metadata if isinstance(item, Include)]
        selection = Selection(
            field.name, given[0] if given else {}, shape.selections or (), shape.declared
        )
        return replace(part, selection=selection, form=shape.form)

    def _composite(self, part: _Part, name: str, field: Field) -> _Part:
        inner = class_in(self.kind, name)
        if inner is None:
            return replace(part, form=PYTHON)
        if issubclass(inner, Composite):
            return replace(part, form=CompositeForm(inner))
        around = next((each for each in self._outer if each.kind is inner), None)
        if around is not None and around.model == field.type:
            return replace(part, form=around)
        nested = self._inner(inner, self._datamodel.type[field.type])
        names = (*map(Selection, nested.declared.names), *nested.selections)
        return replace(part, selection=Selection(field.name, selections=names), form=nested.form)

    def _shape(self, kind: type[BaseModel], model: Model) -> Shape:
        if issubclass(kind, Record):
            return shape_of(record_of(kind, model.name))
        return self._inner(kind, model)

    def _inner(self, kind: type[BaseModel], owner: Owner) -> ClassSelection:
        nested = ClassSelection(kind, owner, self._datamodel, self._outer)
        self.classes |= nested.classes
        return nested

    def field_at(self, error: DataError) -> str | None:
        """The field of the class whose arguments an error is about."""
        meta: Mapping[str, Any] = error.meta
        path: Sequence[str] = meta.get("argumentPath") or meta.get("selectionPath") or []
        for relation, (key, _) in self._counts.items():
            if list(path[1:3]) == [COUNTS, relation]:
                return key
        keys = {part.name: part.key for part in self._parts}
        return keys.get(path[1]) if len(path) > 1 else None

    # --- what a Shape says ---

    @cached_property
    def declared(self) -> DeclaredFields:
        """The fields that are selected whole."""
        return DeclaredFields(tuple(part.name for part in self._parts if part.is_whole))

    @cached_property
    def selections(self) -> tuple[Selection, ...]:  # type: ignore[override]
        """What is selected inside relations and composite values, and what is counted."""
        found = [part.selection for part in self._parts if not part.is_whole]
        if self._counts:
            numbers = tuple(selection for _, selection in self._counts.values())
            found.append(Selection(COUNTS, selections=numbers))
        return tuple(found)

    @cached_property
    def form(self) -> Form:
        """Instances of the class, validated by pydantic."""
        keys = {relation: key for relation, (key, _) in self._counts.items()}
        return ClassForm(self.kind, {part.name: part for part in self._parts}, keys)


class ClassForm(NamesForm):
    """Instances of a class of the user's own."""

    is_wire = False

    def __init__(
        self, kind: type[BaseModel], parts: Mapping[str, _Part], counts: Mapping[str, str]
    ) -> None:
        self._kind = kind
        self._parts = parts
        self._counts = counts

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """A reader that validates what the class has of the columns, by its names."""
        validate = self._kind.model_validate
        named = [self._named(column) for column in columns if column.name in self._parts]
        counted = next((column.read for column in columns if column.name == COUNTS), None)
        read = WIRE.compile(named, is_whole=is_whole).one

        def one(row: Any) -> Any:
            values = read(row)
            if counted is not None:
                numbers = counted(row)
                values |= {key: numbers[name] for name, key in self._counts.items()}
            return validate(values)

        return Reader(one, lambda rows: list(map(one, rows)))

    def _named(self, column: Column) -> Column:
        part = self._parts[column.name]
        read, convert = column.read, part.convert
        if convert is None:
            return Column(part.key, read)
        return Column(part.key, lambda row: convert(read(row)))

    def nested(self, name: str) -> Form:
        """The form of the records of a relation, or of a composite value."""
        form = self._parts[name].form if name in self._parts else None
        return form.form if isinstance(form, ClassSelection) else form or PYTHON


def _key(kind: type[BaseModel], name: str, info: FieldInfo) -> str:
    alias = info.validation_alias or info.alias
    if alias is None:
        return name
    if not isinstance(alias, str):
        raise SelectionError(kind, name, "its alias is no name; give one name of the schema")
    return alias


def _is_of_many(field: Field) -> bool:
    return field.kind == "relation" and field.is_list


def _conversion(info: FieldInfo, field: Field) -> Callable[[Any], Any] | None:
    """Bytes are read as Base64; a class may want them plain."""
    if field.type != "Bytes" or "Base64" in str(info.annotation):
        return None
    if field.is_list:
        return lambda values: [value.decode() for value in values]
    return _plain


def _plain(value: Base64 | None) -> bytes | None:
    return None if value is None else value.decode()
