"""Errors of nested writes: a related record does not exist, or is not related.

All are P2025, so that callers catch one class. The texts are Prisma's, whose engine has P2018 and
P2017 where the relation is a list of children.
"""

from __future__ import annotations

from prisma.errors import RecordNotFoundError

from prismongo.errors import data_error
from prismongo.schema.datamodel import Link


def nothing_to_delete(link: Link) -> Exception:
    """No related record for a nested delete."""
    return not_connected(link) if link.field.is_list else not_found_nested(link, "delete")


def not_found_nested(link: Link, act: str) -> Exception:
    """No related record for a nested write."""
    needed = ""
    if act == "connect" and link.holds_key:
        needed = f" (needed to inline the relation on '{link.model.name}' record(s))"
    return _not_found(
        f"No '{link.target.name}' record{needed} was found for a nested {act} on {_kind(link)} "
        f"relation '{_name(link)}'."
    )


def _not_found(cause: str) -> Exception:
    return data_error(
        "P2025",
        "An operation failed because it depends on one or more records that were required but not "
        f"found. {cause}",
        {"cause": cause},
    )


def not_connectable(link: Link, wanted: int, found: int) -> Exception:
    """Records to connect are missing."""
    if not link.field.is_list:
        return not_found_nested(link, "connect")
    if link.is_many_to_many:
        return _not_found(f"Expected {wanted} records to be connected, found only {found}.")
    return _not_found(
        f"Expected {wanted} records to be connected after connect operation on {_kind(link)} "
        f"relation '{_name(link)}', found {found}."
    )


def not_connected(link: Link) -> Exception:
    """A record that is not related."""
    return _not_found(
        f"The records for relation `{_name(link)}` between the `{link.model.name}` and "
        f"`{link.target.name}` models are not connected."
    )


def _name(link: Link) -> str:
    return link.field.relation.name if link.field.relation else ""


def _kind(link: Link) -> str:
    """The name that Prisma has for the kind of the relation."""
    if link.is_many_to_many:
        return "many-to-many"
    return "one-to-many" if link.field.is_list or link.opposite.is_list else "one-to-one"


def is_related(error: RecordNotFoundError) -> bool:
    """Whether a related record is missing, and not the one that was to be changed."""
    meta = error.meta or {}
    return "cause" in meta and "modelName" not in meta
