"""Validation of searches: `search` on a field, `_search` on a model, and `_relevance` of an order.

What MongoDB's `$text` cannot do is refused here, by name. Source: MongoDB manual, "$text".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prisma.errors import DataError

from prismongo.query.errors.input import ArgumentPath, dotted, invalid, unknown, unsupported
from prismongo.query.nodes.filters import (
    Filter,
    Path,
    Search,
    is_search,
    related_filters,
    searches,
)
from prismongo.query.validate.search_place import alternatives, equal_beside, is_certain, is_indexed
from prismongo.query.validate.values import Values, as_list
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model
from prismongo.schema.text_indexes import TextIndex, text_index

SEARCH: Final = "_search"
RELEVANCE: Final = "_relevance"
RELEVANCE_ARGUMENTS: Final = ("sort", "search", "fields")

_INSTEAD: Final = "exclude words in the search: `-word`"


class SearchValidator:
    """Validates searches against the text indexes of one datamodel.

    Attributes:
        latest: another object after each search, so that filters without one need no check.
    """

    def __init__(self, datamodel: Datamodel, values: Values) -> None:
        self.latest: object = None
        self._values = values
        self._indexes = {
            model.name: index
            for model in datamodel.models
            if (index := text_index(datamodel, model)) is not None
        }

    def index(self, owner: Model | CompositeType) -> TextIndex | None:
        """The text index of a model; a composite type has none."""
        return self._indexes.get(owner.name) if isinstance(owner, Model) else None

    def field_index(self, owner: Model | CompositeType, field: Field) -> TextIndex | None:
        """The text index that covers exactly this field."""
        found = self.index(owner) if self._indexes else None
        return found if found is not None and found.field == field else None

    def whole(self, model: Model, value: object, path: ArgumentPath, *, negated: bool) -> Search:
        """The search of `_search`: in all texts of an index that covers several."""
        index = self.index(model)
        if index is None:
            raise invalid(path, f"{model.name} has no text index: {_to_add('…')}")
        if index.field is not None:
            name = index.field.name
            raise invalid(
                path, f"the text index covers one field: search it by `{name}: {{search: …}}`"
            )
        return self.search(index, value, path, negated=negated)

    def search(
        self, index: TextIndex, value: object, path: ArgumentPath, *, negated: bool
    ) -> Search:
        """A search by an index."""
        if negated:
            raise _refused("A search below NOT", path, _INSTEAD)
        text = self._values.searched(value, path)
        self.latest = object()
        return Search(index.texts, text)

    def not_covered(
        self, owner: Model | CompositeType, field: Field, path: ArgumentPath
    ) -> DataError:
        """The error for `search` on a field that no text index covers exactly."""
        index = self.index(owner)
        if not isinstance(owner, Model):
            return invalid(path, f"only models have text indexes: search by `{SEARCH}` there")
        if index is None:
            return invalid(path, f"no text index covers exactly this field: {_to_add(field.name)}")
        names = ", ".join(index.names)
        if index.field is not None:
            return invalid(path, f"the text index of {owner.name} covers another field: {names}")
        return invalid(path, f"the text index covers {names}: search all of it by `{SEARCH}`")

    # --- what one query can do ---

    def check(self, model: Model, where: Filter, path: ArgumentPath) -> None:
        """Refuse what `$text` cannot do, in a filter on the records of a model.

        Raises:
            prismongo.errors.UnsupportedOperationError: P2026, names it.
        """
        for related in related_filters(where):
            self.check(related.link.target, related.filter, path)
        found, index = list(searches(where)), self.index(model)
        if len(found) > 1:
            raise _refused("A second search in one query", path, "search once for all words")
        if not found or index is None:
            return
        equal = equal_beside(where)
        for before, name in zip(index.before, _names(model, index.before), strict=True):
            if before not in equal:
                raise _refused(
                    f"A search without an equality for `{name}` beside it",
                    path,
                    "the text index has this key before its texts; say which value it has",
                )
        if not all(is_indexed(model, other) for other in alternatives(where)):
            raise _refused(
                "A search in an OR with an alternative that no index serves",
                path,
                "give each alternative a condition on the first field of an @@index or @@unique",
            )

    def check_several(self, filters: tuple[Filter, ...], path: ArgumentPath) -> None:
        """Refuse a search in one of several filters that one query combines."""
        if len(filters) > 1 and any(map(is_search, filters)):
            raise _refused("A search in one of several filters", path, "write it on its own")

    def check_cursor(self, cursor: Filter, path: ArgumentPath) -> None:
        """Refuse a search in what names the record of a cursor: the page has one of its own."""
        if is_search(cursor):
            raise _refused("A search in a cursor", path, "search in the `where`")

    def relevance(self, model: Model, value: object, where: Filter, path: ArgumentPath) -> object:
        """The direction in `_relevance`, which is one or an object with it.

        What an object repeats of the search must be what the `where` has: MongoDB scores records by
        that alone.
        """
        found, index = next(searches(where), None), self.index(model)
        if found is None or index is None:
            raise _refused(f"`{RELEVANCE}` without a search", path, "search in the `where`")
        if not is_certain(where):
            raise _refused(
                f"`{RELEVANCE}` with a search in an OR",
                path,
                "MongoDB has no score for records that another alternative finds",
            )
        if not isinstance(value, Mapping):
            return value
        for name in value:
            if name not in RELEVANCE_ARGUMENTS:
                raise unknown((*path, name), RELEVANCE_ARGUMENTS, RELEVANCE)
        if value.get("search", found.text) != found.text:
            raise invalid((*path, "search"), "MongoDB scores by the search of the `where` alone")
        fields = as_list(value.get("fields", index.names), (*path, "fields"))
        if sorted(map(str, fields)) != sorted(index.names):
            names = ", ".join(index.names)
            raise invalid((*path, "fields"), f"MongoDB scores by the whole text index: {names}")
        return value.get("sort")


def refuse_below(word: str, inner: Filter, path: ArgumentPath) -> None:
    """Refuse a search in a filter of related records whose opposite is looked for."""
    if is_search(inner):
        raise _refused(f"A search below `{word}`", path, _INSTEAD)


def _refused(what: str, path: ArgumentPath, remedy: str) -> DataError:
    return unsupported(f"{what}, at `{dotted(path)}`,", remedy)


def _to_add(name: str) -> str:
    return f"write `@@fulltext([{name}])` into the model, and run `prismongo push`"


def _names(model: Model, paths: tuple[Path, ...]) -> list[str]:
    stored = {field.db_name: field.name for field in model.stored_fields}
    return [".".join((stored[path[0]], *path[1:])) for path in paths]
