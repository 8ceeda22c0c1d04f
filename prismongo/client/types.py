"""What `Actions` is generic in: the types that a model gives to its actions."""

from __future__ import annotations

from typing import TypeVar

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
