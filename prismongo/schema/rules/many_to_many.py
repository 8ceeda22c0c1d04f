"""Many-to-many over id lists: both sides hold a list of the other side's ids."""

from __future__ import annotations

from prismongo.schema.datamodel import Datamodel
from prismongo.schema.errors import Mistakes, refuse
from prismongo.schema.rules.pairs import Pair, Side
from prismongo.schema.rules.sides import relation_error, relation_place
from prismongo.schema.scope import Scope

_IMPLICIT = (
    "Implicit many-to-many relations are not supported on MongoDB. "
    "Please use the syntax defined in https://pris.ly/d/document-database-many-to-many"
)
_VIEWS = "Implicit many-to-many relations are not supported for views."
_ACTIONS = "Referential actions on two-way embedded many-to-many relations are not supported"


def check_implicit(pair: Pair, mistakes: Mistakes) -> None:
    """Refuse lists on both sides without any id list."""
    sides = _sides(pair)
    message = _VIEWS if any(side.model.is_view for side in sides) else _IMPLICIT
    mistakes.found += [refuse(message, side.position) for side in sides]


def check_many_to_many(datamodel: Datamodel, scope: Scope, pair: Pair) -> None:
    """Refuse the first rule that two id lists break."""
    sides = _sides(pair)
    for name in ("references", "fields"):
        for side in sides:
            if len(getattr(side.relation, name)) != 1:
                message = (
                    f"The `{name}` argument must be defined and must point to exactly one scalar "
                    "field. https://pris.ly/d/many-to-many-relations"
                )
                raise relation_error(side, message, relation_place(scope, side, name))
    for side in sides:
        if not datamodel.model[side.field.type].by_name[side.relation.references[0]].is_id:
            message = "The `references` argument must point to a singular `id` field"
            raise relation_error(side, message, relation_place(scope, side, "references"))
    for side in sides:
        _check_list(datamodel, scope, side)
    for side in sides:
        _refuse_actions(scope, side)


def _sides(pair: Pair) -> tuple[Side, ...]:
    return tuple(side for side in (pair.forward, pair.back) if side is not None)


def _check_list(datamodel: Datamodel, scope: Scope, side: Side) -> None:
    key = side.keys[0]
    target = datamodel.model[side.field.type].by_name[side.relation.references[0]]
    alike = key.type == target.type and key.native_type == target.native_type
    if not key.is_list or not alike or target.is_list:
        message = (
            "The scalar field defined in `fields` argument must be an array of the same type "
            "defined in `references`"
        )
        raise relation_error(side, message, relation_place(scope, side))


def _refuse_actions(scope: Scope, side: Side) -> None:
    if side.relation.on_delete is not None:
        raise refuse(_ACTIONS, relation_place(scope, side, "onDelete", value=True))
    if side.relation.on_update is not None:
        raise refuse(_ACTIONS, relation_place(scope, side, "onUpdate", value=True))
