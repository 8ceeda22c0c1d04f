"""Validation of field references: whether a filter can compare with the other field.

Source: Prisma Client reference, "Compare columns in the same table"; codes and texts are Prisma's.
"""

from __future__ import annotations

from typing import Any

from prismongo.query.errors.input import bad_reference
from prismongo.query.nodes.requests import FieldReference
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model


def referenced(
    datamodel: Datamodel, reference: FieldReference[Any], owner: Model | CompositeType, wanted: str
) -> Field:
    """The field that a reference names.

    Args:
        datamodel: has the model of the reference.
        reference: the reference; without a model it means a field of `owner`.
        owner: the model or composite of the filter; only fields of one record, or of one
            composite, can be compared.
        wanted: the type to compare with: `String`, or `String[]` for a list.

    Raises:
        InputError: P2019, the field does not exist, or cannot be compared.
    """
    if reference.model not in (None, owner.name):
        raise bad_reference(
            f"Expected a referenced scalar field of {_kind(datamodel, owner.name)} {owner.name}, "
            f"but found a field of {_kind(datamodel, reference.model)} {reference.model}."
        )
    name = f"{owner.name}.{reference.field}"
    is_name = isinstance(reference.field, str)
    field = owner.by_name.get(reference.field) if is_name else None
    if field is None:
        raise bad_reference(f"The referenced scalar field {name} does not exist.")
    if field.kind in ("relation", "composite"):
        raise bad_reference(
            f"Expected a referenced scalar field {name} but found a {field.kind} field."
        )
    found = f"{field.type}[]" if field.is_list else field.type
    if found != wanted:
        raise bad_reference(
            f"Expected a referenced scalar field of type {wanted} but found {name} of type {found}."
        )
    return field


def _kind(datamodel: Datamodel, name: str | None) -> str:
    is_composite = isinstance(name, str) and name in datamodel.type
    return "composite type" if is_composite else "model"
