"""Draws a schema, or a container: `prismongo diagram`. Above the containers' kit.

schema, models ──▶ SchemaPicture ────┐
                                     ├──▶ mermaid, or dot ──▶ graphviz: SVG
container      ──▶ ContainerPicture ─┘
"""

from prismongo.diagram.container import container_picture, load_container
from prismongo.diagram.dot import dot_text
from prismongo.diagram.graphviz import svg_text
from prismongo.diagram.mermaid import mermaid_text
from prismongo.diagram.models import around
from prismongo.diagram.picture import ContainerPicture, SchemaPicture
from prismongo.diagram.schema import schema_picture

__all__ = [
    "ContainerPicture",
    "SchemaPicture",
    "around",
    "container_picture",
    "dot_text",
    "load_container",
    "mermaid_text",
    "schema_picture",
    "svg_text",
]
