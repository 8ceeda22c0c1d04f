"""One-to-one: the foreign key is on one side and unique, and the other side is optional."""

from __future__ import annotations

from prismongo.schema.rules.pairs import Side
from prismongo.schema.rules.sides import relation_error, shown


def check_one_to_one(forward: Side, back: Side) -> None:
    """Refuse the first rule that the two sides break."""
    _check_defined(forward, back)
    _check_defined_once(forward, back)
    _check_actions(forward, back)
    _check_unique(forward)
    _check_together(forward, back)
    if back.field.is_required:
        raise relation_error(
            back,
            f"The relation field {shown(back)} is required. This is not valid because it's not "
            "possible to enforce this constraint on the database level. Please change the field "
            f"type from `{forward.model.name}` to `{forward.model.name}?` to fix this.",
        )
    if forward.field.is_required and (back.relation.fields or back.relation.references):
        raise _wrong_side(forward, back)


def _check_defined(forward: Side, back: Side) -> None:
    for name in ("fields", "references"):
        if not getattr(forward.relation, name) and not getattr(back.relation, name):
            raise relation_error(
                forward,
                f"The relation fields {shown(forward)} and {shown(back)} do not provide the "
                f"`{name}` argument in the @relation attribute. "
                "You have to provide it on one of the two fields.",
            )


def _check_defined_once(forward: Side, back: Side) -> None:
    for name in ("references", "fields"):
        if getattr(forward.relation, name) and getattr(back.relation, name):
            raise relation_error(
                forward,
                f"The relation fields {shown(forward)} and {shown(back)} both provide the "
                f"`{name}` argument in the @relation attribute. "
                "You have to provide it only on one of the two fields.",
            )


def _check_actions(forward: Side, back: Side) -> None:
    if not back.has_actions:
        return
    if forward.has_actions:
        raise relation_error(
            back,
            f"The relation fields {shown(back)} and {shown(forward)} both provide the `onDelete` "
            "or `onUpdate` argument in the @relation attribute. "
            "You have to provide it only on one of the two fields.",
        )
    raise relation_error(
        back,
        f"The relation field {shown(back)} must not specify the `onDelete` or `onUpdate` argument "
        f"in the @relation attribute. You must only specify it on the opposite field "
        f"`{forward.field.name}` on model `{forward.model.name}`.",
    )


def _check_unique(forward: Side) -> None:
    keys = forward.relation.fields
    criteria = [
        [".".join(part.path) for part in index.fields]
        for index in forward.model.indexes
        if index.kind in {"id", "unique"}
    ]
    if not keys or list(keys) in criteria:
        return
    advice = (
        f"`@unique` attribute to the field `{keys[0]}`"
        if len(keys) == 1
        else f"`@@unique([{', '.join(keys)}])` attribute to the model"
    )
    raise relation_error(
        forward,
        "A one-to-one relation must use unique fields on the defining side. "
        f"Either add an {advice}, or change the relation to one-to-many.",
    )


def _check_together(forward: Side, back: Side) -> None:
    for mine, other in (("fields", "references"), ("references", "fields")):
        if getattr(forward.relation, mine) and getattr(back.relation, other):
            raise relation_error(
                forward,
                f"The relation field {shown(forward)} provides the `{mine}` argument in the "
                f"@relation attribute. And the related field {shown(back)} provides the `{other}` "
                "argument. You must provide both arguments on the same side.",
            )


def _wrong_side(forward: Side, back: Side) -> Exception:
    return relation_error(
        back,
        f"The relation field `{back.model.name}.{back.field.name}` defines the `fields` and/or "
        "`references` argument. You must set them on the required side of the relation "
        f"(`{forward.model.name}.{forward.field.name}`) in order for the constraints to be "
        "enforced. Alternatively, you can change this field to be required and the opposite "
        "optional, or make both sides of the relation optional.",
    )
