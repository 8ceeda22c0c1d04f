"""One-to-many: the foreign key and the actions are on the single side."""

from __future__ import annotations

from prismongo.schema.errors import Mistakes
from prismongo.schema.rules.pairs import Side
from prismongo.schema.rules.sides import relation_error, shown


def check_one_to_many(forward: Side, back: Side, mistakes: Mistakes) -> None:
    """Refuse a missing key, or arguments that are not allowed on the list side."""
    with mistakes:
        if not forward.relation.fields:
            raise relation_error(
                forward,
                f"The relation field {shown(forward)} must specify the `fields` argument in the "
                "@relation attribute. You can run `prisma format` to fix this automatically.",
            )
    with mistakes:
        if not forward.relation.references:
            raise relation_error(
                forward,
                f"The relation field {shown(forward)} must specify the `references` argument in "
                "the @relation attribute.",
            )
    instead = f"You must only specify it on the opposite field `{forward.field.name}` on model "
    with mistakes:
        if back.relation.fields or back.relation.references:
            raise relation_error(
                back,
                f"The relation field {shown(back)} must not specify the `fields` or `references` "
                f"argument in the @relation attribute. {instead}`{forward.model.name}`.",
            )
    with mistakes:
        if back.has_actions:
            raise relation_error(
                back,
                f"The relation field {shown(back)} must not specify the `onDelete` or `onUpdate` "
                f"argument in the @relation attribute. {instead}`{forward.model.name}`, or in case "
                "of a many to many relation, in an explicit join table.",
            )
