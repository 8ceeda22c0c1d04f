"""What `Actions` is generic in: the types that a model gives to its actions."""

from __future__ import annotations

from typing import Literal, TypeVar

ModelT = TypeVar("ModelT")
CreateT = TypeVar("CreateT")
CreateManyT = TypeVar("CreateManyT")
UpdateT = TypeVar("UpdateT")
UpdateManyT = TypeVar("UpdateManyT")
UpsertT = TypeVar("UpsertT")
WhereT = TypeVar("WhereT")
UniqueT = TypeVar("UniqueT")
IncludeT = TypeVar("IncludeT")
SelectT = TypeVar("SelectT")
OmitT = TypeVar("OmitT")
OrderT = TypeVar("OrderT")
KeysT = TypeVar("KeysT", bound=str)
CountInT = TypeVar("CountInT")
CountOutT = TypeVar("CountOutT")
NumbersT = TypeVar("NumbersT")
OrderedT = TypeVar("OrderedT")
HavingT = TypeVar("HavingT")
GroupOrderT = TypeVar("GroupOrderT")
GroupT = TypeVar("GroupT")
AggregateT = TypeVar("AggregateT")

PrismaMethod = Literal[
    "query_raw",
    "query_first",
    "execute_raw",
    "create",
    "delete",
    "update",
    "upsert",
    "create_many",
    "delete_many",
    "update_many",
    "count",
    "group_by",
    "find_many",
    "find_first",
    "find_first_or_raise",
    "find_unique",
    "find_unique_or_raise",
]
"""Upstream's name of its actions; upstream's module of it imports an HTTP client."""
