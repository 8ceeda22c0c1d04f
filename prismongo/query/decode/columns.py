"""One column of an answer: where its value is in a row, and how it is read.

`read` is right for every value. `fast_path` is an expression for the values that are as expected,
used by `instances.py` where readers are generated; `element` is the same for the accelerator, used
by `accelerated.py`. They say nothing that `read` does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from prismongo.query.nodes.rows import Row
from prismongo.query.values.scalars import scalar_of
from prismongo.schema.datamodel import Field, Literals

if TYPE_CHECKING:
    from prismongo.native import _rows

Read = Callable[[Row], Any]


@dataclass(slots=True, eq=False)
class Reader:
    """Rows to records; `many` does for a list what `one` does for a row, without a call a row.

    The reader of a composite that stands within itself is used by its columns before it is made.

    Attributes:
        native: the reader of the accelerator, alone in the list, where one was made.
    """

    one: Read
    many: Callable[[Sequence[Row]], list[Any]]
    native: list[_rows.Reader] = field(default_factory=list)

    @classmethod
    def unmade(cls) -> Reader:
        """A reader that becomes another, when that one is made."""
        return cls(_unmade, _unmade)

    @property
    def is_unmade(self) -> bool:
        """Whether it has not become another yet."""
        return self.one is _unmade

    def become(self, made: Reader) -> None:
        """Read as another does."""
        self.one, self.many = made.one, made.many
        self.native += made.native


def _unmade(_: object) -> NoReturn:
    raise AssertionError("the reader is not made yet")


@dataclass(frozen=True, slots=True)
class FastPath:
    """`test` and `value` are expressions over `v`, the stored value or None, and over `names`.

    They may use the names of the table of scalar types, too. What may be null is read as None where
    it is null or missing; a list is then empty. `value` may fail where it `may_fail`; what it
    raises `is_inside` a composite is said by the reader around it.
    """

    key: str
    test: str
    value: str
    names: Mapping[str, Any]
    may_be_null: bool = False
    is_list: bool = False
    may_fail: bool = False
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """What the accelerator knows of a stored field.

    Attributes:
        key: the name in the document.
        kind: which of its functions reads the value, or an element of a list.
        absence: how null and missing are read.
        more: the members of an enum; the `native` of the reader of a composite.
    """

    key: str
    kind: _rows.Kind
    absence: _rows.Absence
    is_list: bool
    more: Mapping[str, str] | list[_rows.Reader] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A name in the answer. Without an `element` it is no stored value, but one beside the row."""

    name: str
    read: Read
    fast_path: FastPath | None = None
    element: Element | None = None


def fast_path(field: Field, members: Mapping[str, str] | None) -> FastPath | None:
    """The expression for a field of a generated model; None where there is no fast path.

    Args:
        field: the field.
        members: those of an enum, by their stored texts.
    """
    if field.kind == "composite":
        return None
    names: dict[str, Any] = {}
    if members is not None:
        test, value = "type(v) is str and v in members", "members[v]"
        names["members"] = members
    elif (expected := scalar_of(field).expected) is not None:
        test, value = expected.test, expected.value
    elif field.is_list:
        test, value = "False", "v"
    else:
        return None
    if not field.is_list:
        return FastPath(field.db_name, test, value, names, not field.is_required)
    value = f"[{value} if {test} else fail() for v in v]"
    names["fail"] = _fail
    return FastPath(field.db_name, "type(v) is list", value, names, is_list=True, may_fail=True)


def composite_path(field: Field, reader: Reader, *, is_inside: bool) -> FastPath:
    """The expression for a field that holds a composite, or a list of them.

    Args:
        field: the field.
        reader: of a composite.
        is_inside: whether the field is one of a composite.
    """
    return FastPath(
        field.db_name,
        "type(v) is list" if field.is_list else "type(v) is dict",
        "inner.many(v)" if field.is_list else "inner.one(v)",
        {"inner": reader},
        may_be_null=not (field.is_required or field.is_list),
        is_list=field.is_list,
        may_fail=True,
        is_inside=is_inside,
    )


def _fail() -> NoReturn:
    raise ValueError


def has_default(field: Field) -> bool:
    """Whether null and missing are read as the constant default, as Prisma reads them."""
    return isinstance(field.default, Literals) and field.is_required


def element(field: Field, members: Mapping[str, str] | None) -> Element:
    """The element of a scalar or an enum."""
    if members is not None:
        return Element(field.db_name, "enum", _absence(field), field.is_list, members)
    return Element(field.db_name, scalar_of(field).native, _absence(field), field.is_list)


def composite_element(field: Field, inner: Reader) -> Element:
    """The element of a composite, whose values `inner` reads."""
    kind: _rows.Kind = "composite" if inner.native or inner.is_unmade else "other"
    return Element(field.db_name, kind, _absence(field), field.is_list, inner.native)


def _absence(field: Field) -> _rows.Absence:
    if field.is_list:
        return "list"
    if has_default(field):
        return "default"
    return "required" if field.is_required else "none"
