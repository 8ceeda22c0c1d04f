"""`client.py` and `actions.py` of the generated package."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from prismongo.generator.fields import Owner, reference, stored, whole
from prismongo.generator.names import accessors
from prismongo.schema.datamodel import Datamodel, Datasource

_CLIENT: Final = '''"""The client: an attribute for the actions of each model."""

# ruff: noqa
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prismongo.client import BaseBatch, BaseClient, load_env as load_env

from ._registry import RegisteredClient as RegisteredClient
from ._registry import get_client as get_client, register as register

if TYPE_CHECKING:
    from . import actions as _actions, models as _models

__all__ = ("SCHEMA_PATH", "Batch", "Prisma", "Client", "load_env", "register", "get_client")

SCHEMA_PATH = Path({path!r})
PACKAGED_SCHEMA_PATH = Path(__file__).with_name("schema.prisma")


class Prisma(BaseClient):
    """The client of this schema; each attribute has the actions of a model."""

{attributes}

    __slots__ = (
{slots}
    )

    _package = __package__
    _accessors = {accessors}
    _schema_path = SCHEMA_PATH
    _packaged_schema_path = PACKAGED_SCHEMA_PATH
    _datasource_url = {url!r}
    _datasource_variable = {variable!r}

    def batch_(self) -> Batch:
        """Collect writes that are kept together or not at all; their results come back in order.

            async with database.batch_() as batch:
                batch.user.create({{...}})
        """
        return Batch(self)


class Batch(BaseBatch):
    """The writes of a batch; each attribute has the writes of a model."""

{batch_attributes}

    __slots__ = Prisma.__slots__


Client = Prisma
'''

_ACTIONS: Final = '''"""The actions of each model; what they do is written in `prismongo.client.actions`."""

# ruff: noqa
from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from prismongo.client.actions import Actions as _Actions
from prismongo.client.batch_actions import BatchActions as _BatchActions

if TYPE_CHECKING:
    from builtins import bool as _bool, float as _float, int as _int, str as _str
    from datetime import datetime as _datetime
    from decimal import Decimal as _Decimal
    from typing import List as _List

    from pydantic import BaseModel as _BaseModel
    from typing_extensions import Never as _Never

    import prismongo.fields as _fields
    from prismongo.client.inputs import FieldReference as _FieldReference

    from . import enums as _enums, types as t

    _ModelT = TypeVar("_ModelT")
    _KindT = TypeVar("_KindT", bound=_BaseModel)
'''

_ACTIONS_END: Final = """
else:
    from prismongo.client.lazy import action_classes

    globals().update(action_classes(__name__, {models!r}))
"""

ARGUMENTS: Final = (
    "WhereInput",
    "WhereUniqueInput",
    "CreateInput",
    "CreateWithoutRelationsInput",
    "UpdateInput",
    "UpdateManyMutationInput",
    "UpsertInput",
    "Include",
    "Select",
    "Omit",
    "OrderByInput",
    "ScalarFieldKeys",
    "CountAggregateInput",
    "CountAggregateOutput",
    "NumberAggregateInput",
    "MaxAggregateInput",
    "ScalarWhereWithAggregatesInput",
    "GroupOrderInput",
    "GroupByOutput",
    "Aggregates",
)
"""The types that `Actions` is generic in, after the record's; in their order."""

BATCH_ARGUMENTS: Final = ARGUMENTS[:8]
"""The same of `BatchActions`."""


SELECTING: Final = ("Include", "Select", "Omit")
"""Those that `returning` leaves no room for."""


def client_module(datamodel: Datamodel, schema: Path) -> str:
    """The text of `client.py`.

    Raises:
        SchemaError: a model's attribute would hide one of the client, or another model's.
    """
    names = accessors(datamodel)
    source = datamodel.datasources[0]
    return _CLIENT.format(
        path=schema.as_posix(),
        attributes=_lines(names, "    {name}: _actions.{model}Actions[_models.{model}]"),
        batch_attributes=_lines(names, "    {name}: _actions._Batch_{model}"),
        slots=_lines(names, "        {name!r},"),
        accessors=repr(names),
        url=source.url if isinstance(source.url, str) else None,
        variable=_variable(source),
    )


def _lines(names: dict[str, str], line: str) -> str:
    return "\n".join(line.format(name=name, model=model) for name, model in names.items())


def _variable(source: Datasource) -> str | None:
    return None if isinstance(source.url, str) else str(source.url.arguments[0])


def actions_module(datamodel: Datamodel) -> str:
    """The text of `actions.py`."""
    names = [model.name for model in datamodel.models if not model.ignored]
    lines = [_ACTIONS.rstrip()]
    for kind in datamodel.types:
        lines += _references(kind)
    for model in datamodel.models:
        if not model.ignored:
            lines += _references(model)
    for name in names:
        every, batch = _typed(name, ARGUMENTS), _typed(name, BATCH_ARGUMENTS)
        returned = f"_Actions[_KindT, {_typed(name, ARGUMENTS, without=SELECTING)}]"
        lines += [
            "",
            f"    class {name}Actions(_Actions[_ModelT, {every}]):",
            f"        def returning(self, kind: type[_KindT]) -> {returned}: ...",
            "        @property",
            f"        def fields(self) -> _Fields_{name}: ...",
            f"    class _Batch_{name}(_BatchActions[{batch}]): ...",
        ]
    return "\n".join(lines) + "\n" + _ACTIONS_END.format(models=names)


def _typed(name: str, kinds: tuple[str, ...], *, without: Collection[str] = ()) -> str:
    return ", ".join("_Never" if kind in without else f"t.{name}{kind}" for kind in kinds)


def _references(owner: Owner) -> Iterator[str]:
    """The class of a model's, or a composite type's, references to its fields."""
    yield ""
    yield f"    class _Fields_{owner.name}:"
    for field in stored(owner):
        composite = field.kind == "composite"
        kind = f"_Fields_{field.type}" if composite else reference(whole(field))
        yield f"        {field.name}: {kind}"
