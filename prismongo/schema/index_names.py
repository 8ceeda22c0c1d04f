"""The names that Prisma gives to indexes, which `push` must give them too (`index_name`)."""

from __future__ import annotations

from typing import Final

from prismongo.schema.datamodel import CompositeType, Datamodel, Index, Model

LIMIT: Final = 127  # bytes of an index name that Prisma allows on MongoDB


def index_name(datamodel: Datamodel, model: Model, index: Index) -> str:
    """The name of an index in MongoDB: `map:`, else `{collection}_{fields}_key` or `…_idx`.

    The fields are stored names, those of a path joined like the others. A generated name that is
    too long loses its end, never its suffix. Not for ids: MongoDB names that index `_id_`.
    """
    if index.db_name is not None:
        return index.db_name
    names = [model.db_name]
    for item in index.fields:
        names += _stored_path(datamodel, model, item.path)
    suffix = "_key" if index.kind == "unique" else "_idx"
    joined = "_".join(names).encode()[: LIMIT - len(suffix)]
    return joined.decode(errors="ignore") + suffix


def _stored_path(datamodel: Datamodel, model: Model, path: tuple[str, ...]) -> list[str]:
    container: Model | CompositeType = model
    names = []
    for name in path:
        item = container.by_name[name]
        names.append(item.db_name)
        if item.kind == "composite":
            container = datamodel.type[item.type]
    return names
