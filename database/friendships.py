"""What `Friendship.pair` holds: the ids of both users, in one order, so that it is unique."""

from __future__ import annotations


def pair_of(first: str, second: str) -> str:
    """The `pair` of two users, whoever asked; an id in capitals is the same id."""
    return "-".join(sorted((first.lower(), second.lower())))
