"""Looks up the names in a schema: models, enums, composite types and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from prismongo.schema.datamodel import Kind, Position
from prismongo.schema.errors import Mistakes
from prismongo.schema.language.syntax import Array, Attribute, Block, FieldNode, Schema, Text
from prismongo.schema.scalars import SCALARS


@dataclass(frozen=True)
class Scope:
    """The blocks of a schema by name; names are unique once `check_names` has passed.

    `mistakes` are those found so far; every stage adds its own.
    """

    schema: Schema
    mistakes: Mistakes

    @cached_property
    def models(self) -> Mapping[str, Block]:
        """The models by name."""
        return {block.name: block for block in self.schema.of("model", "view")}

    @cached_property
    def types(self) -> Mapping[str, Block]:
        """The composite types by name."""
        return {block.name: block for block in self.schema.of("type")}

    @cached_property
    def enums(self) -> Mapping[str, Block]:
        """The enums by name."""
        return {block.name: block for block in self.schema.of("enum")}

    @cached_property
    def fields(self) -> Mapping[tuple[str, str], FieldNode]:
        """Every field, by the names of its model or composite type and of itself."""
        return {
            (block.name, node.name): node
            for block in (*self.models.values(), *self.types.values())
            for node in block.fields
        }

    @cached_property
    def datasource(self) -> str | None:
        """The name of the datasource, by which native types are scoped; None without one."""
        return next((block.name for block in self.schema.of("datasource")), None)

    @cached_property
    def features(self) -> frozenset[str]:
        """The preview features that generators ask for, in small letters."""
        return frozenset(
            item.value.lower()
            for block in self.schema.of("generator")
            for setting in block.settings
            if setting.name == "previewFeatures"
            for item in (
                setting.value.items if isinstance(setting.value, Array) else [setting.value]
            )
            if isinstance(item, Text)
        )

    def attribute_at(self, block: Block, position: Position) -> Attribute:
        """The attribute of a model or of its fields that stands there."""
        own = (attribute for node in block.fields for attribute in node.attributes)
        found = (item for item in (*block.attributes, *own) if item.position == position)
        return next(found)

    def knows(self, node: FieldNode) -> bool:
        """Whether something has the name of a field's type; `check_types` refuses the others."""
        names = (SCALARS, self.enums, self.types, self.models)
        return node.unsupported is not None or any(node.type in each for each in names)

    def kind(self, node: FieldNode) -> Kind:
        """What a field's type is; "scalar" where nothing has its name."""
        if node.type in SCALARS or node.unsupported is not None:
            return "scalar"
        if node.type in self.enums:
            return "enum"
        if node.type in self.types:
            return "composite"
        return "relation" if node.type in self.models else "scalar"
