"""What the names in a schema refer to: models, enums, composite types and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from database.schema.datamodel import SCALAR_TYPES, Kind
from database.schema.syntax import Block, FieldNode, Schema


@dataclass(frozen=True)
class Scope:
    """The blocks of a schema by name; names are unique once `names.check` has passed."""

    schema: Schema

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
    def datasource(self) -> str:
        """The name of the datasource, by which native types are scoped."""
        return next((block.name for block in self.schema.of("datasource")), "db")

    def kind(self, node: FieldNode) -> Kind | None:
        """What a field's type is; None where nothing has this name."""
        if node.type in SCALAR_TYPES or node.unsupported is not None:
            return "scalar"
        if node.type in self.enums:
            return "enum"
        if node.type in self.types:
            return "composite"
        return "relation" if node.type in self.models else None
