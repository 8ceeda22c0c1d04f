"""Views: a preview feature; no ids, no indexes, and uniques that are there for relations alone."""

from __future__ import annotations

from typing import Final

from prismongo.schema.datamodel import Index, Model
from prismongo.schema.errors import refuse, refuse_index
from prismongo.schema.scope import Scope

_NO_PREVIEW: Final = "View definitions are only available with the `views` preview feature."
_NO_NAME: Final = (
    "@@unique annotations on views are not backed by unique indexes in the database and cannot "
    "specify a mapped database name."
)
_NO_ARGUMENTS: Final = "Scalar fields in @@unique attributes in views cannot have arguments."


def check_view(view: Model, scope: Scope) -> None:
    """Refuse the first thing that a view cannot have."""
    if "views" not in scope.features:
        raise refuse(_NO_PREVIEW, scope.models[view.name].position)
    for index in sorted(view.indexes, key=lambda item: item.kind != "id"):
        _check_index(view, index, scope)


def _check_index(view: Model, index: Index, scope: Scope) -> None:
    match index.kind:
        case "id":
            raise refuse("Views cannot have primary keys.", index.position)
        case "index" | "fulltext":
            raise refuse("Views cannot have indexes.", index.position)
        case "unique":
            if index.db_name is not None:
                raise refuse(_NO_NAME, index.position)
            if any(item.sort for item in index.fields):
                attribute = scope.attribute_at(scope.models[view.name], index.position)
                raise refuse_index(attribute, _NO_ARGUMENTS)
