"""References to the fields of a model, for filters that compare two fields of a record.

full = {"storageUsed": {"gte": database.user.fields.storageQuota}}
"""

from __future__ import annotations

from typing import Any

from prismongo.query.nodes.requests import FieldReference
from prismongo.schema.datamodel import CompositeType, Datamodel, Model


class Fields:
    """An attribute for each field; the generated client says of which types they are.

    A scalar or enum field is a reference. A composite is the fields of its type, which can be
    compared with each other inside of one value.

    Args:
        datamodel: has the composite types.
        owner: whose fields they are.
    """

    __slots__ = ("_datamodel", "_owner")

    def __init__(self, datamodel: Datamodel, owner: Model | CompositeType) -> None:
        self._datamodel = datamodel
        self._owner = owner

    def __getattr__(self, name: str) -> Any:
        field = self._owner.by_name.get(name)
        if field is None or field.ignored:
            raise AttributeError(f"{self._owner.name} has no field {name!r}")
        if field.kind == "composite":
            return Fields(self._datamodel, self._datamodel.type[field.type])
        if field.kind == "relation":
            raise AttributeError(f"{self._owner.name}.{name} is a relation, which has no value")
        return FieldReference[Any](name, self._owner.name)

    def __dir__(self) -> list[str]:
        fields = self._owner.fields
        return [item.name for item in fields if item.kind != "relation" and not item.ignored]
