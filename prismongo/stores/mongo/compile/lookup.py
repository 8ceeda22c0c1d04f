"""compile, joins: Link → `$lookup`."""

from __future__ import annotations

from prismongo.schema.datamodel import Link
from prismongo.stores.mongo.compile.commands import Document


def lookup(link: Link, name: str, pipeline: list[Document]) -> Document:
    """The stage that adds the related documents, after `pipeline`, as the field `name`.

    The first key is joined by `localField`, which uses an index of the other collection. A null key
    joins no document.
    """
    local, remote = link.local, link.remote
    guards: list[Document] = []
    optional = any(not field.is_required for field in (*local, *remote))
    if optional and not link.is_many_to_many:
        guards.append({"$match": {field.db_name: {"$ne": None} for field in remote}})
    stage: Document = {
        "from": link.target.db_name,
        "localField": local[0].db_name,
        "foreignField": remote[0].db_name,
        "as": name,
    }
    if len(local) > 1:
        pairs = list(zip(local, remote, strict=True))[1:]
        stage["let"] = {f"k{i}": "$" + mine.db_name for i, (mine, _) in enumerate(pairs)}
        equal = [{"$eq": ["$" + their.db_name, f"$$k{i}"]} for i, (_, their) in enumerate(pairs)]
        guards.append({"$match": {"$expr": {"$and": equal}}})
    return {"$lookup": stage | {"pipeline": [*guards, *pipeline]}}
