"""`prismongo diagram`: draws the schema, or a container."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from prismongo.cli.arguments import schema_files
from prismongo.cli.files import write
from prismongo.cli.terminal import say
from prismongo.diagram import (
    ContainerPicture,
    SchemaPicture,
    around,
    container_picture,
    dot_text,
    load_container,
    mermaid_text,
    schema_picture,
    svg_text,
)
from prismongo.project import shown

_SUFFIXES: Final = (".mmd", ".mermaid", ".svg", ".dot", ".gv")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    if (reason := _misused(arguments)) is not None:
        arguments.parser.error(reason)
    picture = _container(arguments) if arguments.container else _schema(arguments)
    if arguments.output is None:
        sys.stdout.write(mermaid_text(picture))
        return 0
    write(arguments.output, _text(picture, arguments.output.suffix.lower()))
    say(f"Wrote {shown(arguments.output)}.")
    return 0


def _misused(arguments: argparse.Namespace) -> str | None:
    """What is wrong with the options as a whole."""
    if arguments.depth is not None and not arguments.models:
        return "argument --depth: needs --models"
    if arguments.output and arguments.output.suffix.lower() not in _SUFFIXES:
        return f"argument --output: its name ends in one of {', '.join(_SUFFIXES)}"
    for name in ("schema", "models", "no_fields"):
        if arguments.container and getattr(arguments, name):
            return f"argument --{name.replace('_', '-')}: not with --container"
    return None


def _container(arguments: argparse.Namespace) -> ContainerPicture:
    return container_picture(load_container(arguments.container))


def _schema(arguments: argparse.Namespace) -> SchemaPicture:
    datamodel = schema_files(arguments.schema).parse()
    names = around(datamodel, arguments.models, arguments.depth or 0) if arguments.models else None
    return schema_picture(datamodel, names, fields=not arguments.no_fields)


def _text(picture: SchemaPicture | ContainerPicture, suffix: str) -> str:
    match suffix:
        case ".svg":
            return svg_text(dot_text(picture))
        case ".dot" | ".gv":
            return dot_text(picture)
        case str():
            return mermaid_text(picture)
