"""The actions of a model, written once; a generated class says only of which types.

`database.user` is an instance of the generated `UserActions`, at run time a class of this one with
another name.
"""

from __future__ import annotations

from typing import Generic

from prismongo.client.calculations import Calculations
from prismongo.client.reads import Reads
from prismongo.client.types import (
    AggregateT,
    CountInT,
    CountOutT,
    CreateManyT,
    CreateT,
    GroupOrderT,
    GroupT,
    HavingT,
    IncludeT,
    KeysT,
    ModelT,
    NumbersT,
    OmitT,
    OrderedT,
    OrderT,
    SelectT,
    UniqueT,
    UpdateManyT,
    UpdateT,
    UpsertT,
    WhereT,
)
from prismongo.client.writes import Writes


class Actions(
    Reads[ModelT, WhereT, UniqueT, IncludeT, SelectT, OmitT, OrderT, KeysT],
    Writes[
        ModelT,
        CreateT,
        CreateManyT,
        UpdateT,
        UpdateManyT,
        UpsertT,
        WhereT,
        UniqueT,
        IncludeT,
        SelectT,
        OmitT,
    ],
    Calculations[
        ModelT,
        WhereT,
        UniqueT,
        OrderT,
        KeysT,
        CountInT,
        CountOutT,
        NumbersT,
        OrderedT,
        HavingT,
        GroupOrderT,
        GroupT,
        AggregateT,
    ],
    Generic[
        ModelT,
        WhereT,
        UniqueT,
        CreateT,
        CreateManyT,
        UpdateT,
        UpdateManyT,
        UpsertT,
        IncludeT,
        SelectT,
        OmitT,
        OrderT,
        KeysT,
        CountInT,
        CountOutT,
        NumbersT,
        OrderedT,
        HavingT,
        GroupOrderT,
        GroupT,
        AggregateT,
    ],
):
    """What can be done with the records of one model."""

    __slots__ = ()
