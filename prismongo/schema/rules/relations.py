"""Relations: the rules for the two sides of every relation."""

from __future__ import annotations

from typing import assert_never

from prismongo.schema.datamodel import Datamodel
from prismongo.schema.errors import PlacedError, refuse, refuse_field
from prismongo.schema.rules.cycles import Graph, check_cycles, graph
from prismongo.schema.rules.many_to_many import check_implicit, check_many_to_many
from prismongo.schema.rules.one_to_many import check_one_to_many
from prismongo.schema.rules.one_to_one import check_one_to_one
from prismongo.schema.rules.pairs import Pair, Side, pairs
from prismongo.schema.rules.sides import relation_error, relation_place
from prismongo.schema.scope import Scope


def check_relations(datamodel: Datamodel, scope: Scope) -> None:
    """Refuse the relations that break a rule."""
    found = tuple(pairs(datamodel))
    relations = graph(datamodel, found)
    attempt = scope.mistakes.attempt
    for pair in found:
        match pair.shape:
            case "one-to-one" | "one-to-many":
                _check_inline(datamodel, scope, relations, pair)
            case "many-to-many":
                attempt(None, check_many_to_many, datamodel, scope, pair)
            case "implicit":
                check_implicit(pair, scope.mistakes)
            case _:
                assert_never(pair.shape)


def _check_inline(datamodel: Datamodel, scope: Scope, relations: Graph, pair: Pair) -> None:
    forward, back, attempt = pair.forward, pair.back, scope.mistakes.attempt
    if forward is not None:
        if back is not None:
            attempt(None, check_cycles, relations, forward)
        attempt(None, _check_references, datamodel, scope, forward)
        attempt(None, _check_set_null, forward)
    if forward is not None and back is not None:
        if pair.shape == "one-to-one":
            attempt(None, check_one_to_one, forward, back)
        else:
            check_one_to_many(forward, back, scope.mistakes)
    elif (side := forward or back) is not None:
        scope.mistakes.found.append(_one_sided(side))


def _one_sided(side: Side) -> PlacedError:
    item = side.field
    owner = f"{'view' if side.model.is_view else 'model'} `{side.model.name}`"
    return refuse_field(
        item.name,
        owner,
        f"The relation field `{item.name}` on {owner} is missing an opposite relation "
        f"field on the model `{item.type}`. Either run `prisma format` or add it manually.",
        item.position,
    )


def _check_references(datamodel: Datamodel, scope: Scope, side: Side) -> None:
    relation, target = side.relation, datamodel.model[side.field.type]
    if relation.references:
        wanted = sorted(relation.references)
        criteria = [
            sorted(".".join(part.path) for part in index.fields)
            for index in target.indexes
            if index.kind in {"id", "unique"}
        ]
        if wanted not in criteria:
            raise relation_error(side, _not_unique(relation.references, target.name))
    if relation.fields and relation.references and len(relation.fields) != len(relation.references):
        message = "You must specify the same number of fields in `fields` and `references`."
        raise refuse(message, relation_place(scope, side))
    if side.field.is_required and any(not key.is_required for key in side.keys):
        raise refuse(
            f"The relation field `{side.field.name}` uses the scalar fields "
            f"{', '.join(relation.fields)}. At least one of those fields is optional. "
            "Hence the relation field must be optional as well.",
            side.position,
        )
    for key, name in zip(side.keys, relation.references, strict=False):
        if key.type != target.by_name[name].type:
            raise relation_error(
                side,
                f"The type of the field `{key.name}` in the model `{side.model.name}` is not "
                f"matching the type of the referenced field `{name}` in model `{target.name}`.",
            )


def _not_unique(references: tuple[str, ...], target: str) -> str:
    names = ", ".join(references)
    advice = (
        f"`@unique` attribute to the field `{names}` in the model `{target}`"
        if len(references) == 1
        else f"`@@unique([{names}])` attribute to the model `{target}`"
    )
    return (
        "The argument `references` must refer to a unique criterion in the related model. "
        f"Consider adding an {advice}."
    )


def _check_set_null(side: Side) -> None:
    actions = {"onDelete": side.relation.on_delete, "onUpdate": side.relation.on_update}
    for name, action in actions.items():
        if action == "SetNull" and any(key.is_required for key in side.keys):
            raise relation_error(
                side,
                f"The `{name}` referential action of a relation must not be set to `SetNull` when "
                "a referenced field is required.\n"
                "Either choose another referential action, or make the referenced fields optional.",
            )
