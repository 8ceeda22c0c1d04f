"""The actions of a model, written once; a generated class says only of which types.

`database.user` is an instance of the generated `UserActions`, at run time a class of this one with
another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from pydantic import BaseModel

from prismongo.client.calculations import Calculations
from prismongo.client.fields import Fields
from prismongo.client.many import ManyWrites
from prismongo.client.raw import Raw
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
    Writes[ModelT, CreateT, UpdateT, UpsertT, UniqueT, IncludeT, SelectT, OmitT],
    ManyWrites[ModelT, CreateManyT, UpdateManyT, WhereT, IncludeT, SelectT, OmitT],
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
    Raw[ModelT],
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

    # The types of `returning` are generated: they are this class's, but for the record's.
    if not TYPE_CHECKING:

        def returning(self, kind: type[BaseModel]) -> Any:
            """These actions, with answers of a class of your own, whose fields are selected.

                cards = await db.user.returning(UserCard).find_many(where={"role": "ADMIN"})

            Args:
                kind: a pydantic class; its fields have the names, or aliases, of the schema's.
                    Classes inside it select of relations and composite values; see
                    `prismongo.Include` and `prismongo.Count`.

            Returns:
                The actions of the model; they take no `include`, `select` or `omit`.

            Raises:
                prismongo.errors.SelectionError: the class does not fit the schema.
            """
            client, name = self._client, self._client._shape(self._model).model
            return type(self)(client, client._returned(kind, name))

    @property
    def fields(self) -> Any:
        """References to the model's fields, for filters: `database.user.fields.storageQuota`.

            await db.user.find_many(where={"storageUsed": {"gte": db.user.fields.storageQuota}})

        Raises:
            AttributeError: when read, a field that the model has not, or a relation.
        """
        datamodel = self._client.client_schema.datamodel
        return Fields(datamodel, datamodel.model[self._client._shape(self._model).model])
