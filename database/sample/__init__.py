"""A believable instance of Kraken, as rows for `create_many`. Used by database/seed.py.

    people ──▶ places ──▶ conversations        rows, words: what they are made of

Nothing here opens a connection or asks a clock: the same number of messages and the same seed
number give the same rows, their ids among them.
"""

from __future__ import annotations

from database.sample.conversations import converse
from database.sample.people import add_friendships, add_users
from database.sample.places import add_communities, add_groups
from database.sample.rows import PASSWORD, Chance, Instance

__all__ = ["PASSWORD", "Instance", "instance_id", "make_instance"]


def make_instance(messages: int, number: int) -> Instance:
    """The rows of an instance.

    Args:
        messages: how many messages there are; everything else grows with them.
        number: another one gives other people, other texts and other ids.
    """
    chance, made = Chance(f"{number}:{messages}"), Instance()
    people = max(12, messages // 100)
    add_users(made, chance, people, instance_id(messages, number))
    add_friendships(made, chance, people * 3)
    channels = add_communities(made, chance, max(2, messages // 5_000))
    converse(made, chance, channels, add_groups(made, chance, people // 4), messages)
    return made


def instance_id(messages: int, number: int) -> str:
    """What `User.instanceId` says of the users of this instance."""
    return f"seed-{number}-{messages}"
