"""Relation fields: it must be clear which relation each one belongs to."""

from __future__ import annotations

from prismongo.schema.datamodel import Datamodel, Field, Model
from prismongo.schema.errors import Mistakes, refuse_index, refuse_model
from prismongo.schema.language.syntax import Arguments, Attribute


def check_relation_fields(datamodel: Datamodel, model: Model, mistakes: Mistakes) -> int:
    """Refuse the relation fields of a model that could belong to several relations.

    Returns:
        How many mistakes there are: the rules for relations need to know which sides are a pair.
    """
    before = len(mistakes.found)
    for item in model.fields:
        if item.relation is not None:
            mistakes.attempt(None, _check_ambiguity, model, item)
            mistakes.attempt(None, _check_ignored, datamodel.model[item.type], model, item)
    return len(mistakes.found) - before


def _check_ignored(target: Model, model: Model, item: Field) -> None:
    if not target.ignored or item.ignored or model.ignored:
        return
    message = (
        f"The relation field `{item.name}` on Model `{model.name}` must specify the `@ignore` "
        f"attribute, because the model {target.name} it is pointing to is marked ignored."
    )
    ignore = Attribute("ignore", Arguments(), item.position, item.position, "@")
    raise refuse_index(ignore, message)


def _check_ambiguity(model: Model, item: Field) -> None:
    alike = [
        other.name
        for other in model.fields
        if other.relation and item.relation and other.type == item.type
        if other.relation.name == item.relation.name
    ]
    named = bool(item.relation and item.relation.name)
    to_itself = item.type == model.name
    if len(alike) < 2 or (named and to_itself and len(alike) == 2):
        return
    if alike[0] != item.name:
        return  # told at the first of them
    fields = _joined([f"`{name}`" for name in alike])
    message = _sentence(fields, model.name, item.type, named=named, to_itself=to_itself)
    if to_itself and not named and len(alike) == 2:
        message = (
            f"Ambiguous self relation detected. The fields {fields} in model `{model.name}` both "
            f"refer to `{item.type}`. If they are part of the same relation add the same relation "
            "name for them with `@relation(<name>)`."
        )
    raise refuse_model(model.name, message, item.position)


def _sentence(fields: str, model: str, target: str, *, named: bool, to_itself: bool) -> str:
    match named, to_itself:
        case True, True:
            return (
                f"Wrongly named self relation detected. The fields {fields} in model `{model}` "
                "have the same relation name. At most two relation fields can belong to the same "
                "relation and therefore have the same name. Please assign a different relation "
                "name to one of them."
            )
        case True, False:
            return (
                f"Wrongly named relation detected. The fields {fields} in model `{model}` both use "
                "the same relation name. Please provide different relation names for them through "
                "`@relation(<name>)."
            )
        case False, True:
            return (
                f"Unnamed self relation detected. The fields {fields} in model `{model}` have no "
                "relation name. Please provide a relation name for one of them by adding "
                "`@relation(<name>)."
            )
        case _:
            return (
                f"Ambiguous relation detected. The fields {fields} in model `{model}` both refer "
                f"to `{target}`. Please provide different relation names for them by adding "
                "`@relation(<name>)."
            )


def _joined(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
