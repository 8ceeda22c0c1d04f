"""What the text index of a model covers: `@@fulltext`, of which MongoDB allows one a collection."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from prismongo.schema.datamodel import Datamodel, Field, Index, IndexField, Model

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextIndex:
    """A text index, by stored names.

    Attributes:
        texts: the paths of the texts.
        names: the same by the names of the schema, joined by dots.
        before: the keys that stand before the texts. A search needs an equality for each.
        field: the field of the one text that it covers; None if it covers several, or texts inside
            of composites or lists.
    """

    texts: tuple[Path, ...]
    names: tuple[str, ...]
    before: tuple[Path, ...] = ()
    field: Field | None = None


def is_searched(model: Model) -> bool:
    """Whether the model has a text index."""
    return _declared(model) is not None


def text_names(model: Model) -> tuple[str, ...]:
    """The texts in the text index by their names in the schema, joined by dots; none: no index."""
    index = _declared(model)
    return () if index is None else tuple(".".join(item.path) for item in _texts(index))


def searched_field(model: Model) -> Field | None:
    """The field that the text index of the model covers exactly; None if there is no such field."""
    index = _declared(model)
    texts = [] if index is None else _texts(index)
    if len(texts) != 1 or len(texts[0].path) != 1:
        return None
    field = model.by_name[texts[0].path[0]]
    is_text = field.type == "String" and not field.is_list and not field.is_object_id
    return field if is_text and not field.ignored else None


def text_index(datamodel: Datamodel, model: Model) -> TextIndex | None:
    """The text index of a model; None if it has none."""
    index = _declared(model)
    if index is None:
        return None
    texts = _texts(index)
    before = takewhile(lambda item: item.sort is not None, index.fields)
    return TextIndex(
        tuple(_stored(datamodel, model, item) for item in texts),
        text_names(model),
        tuple(_stored(datamodel, model, item) for item in before),
        searched_field(model),
    )


def _declared(model: Model) -> Index | None:
    if model.is_view:
        return None
    found = (index for index in model.indexes if index.kind == "fulltext" and _texts(index))
    return next(found, None)


def _texts(index: Index) -> list[IndexField]:
    """The texts of the index; a field with a sort order is a key like that of any index."""
    return [item for item in index.fields if item.sort is None]


def _stored(datamodel: Datamodel, model: Model, item: IndexField) -> Path:
    steps = [model.by_name[item.path[0]]]
    for name in item.path[1:]:
        steps.append(datamodel.type[steps[-1].type].by_name[name])
    return tuple(step.db_name for step in steps)
