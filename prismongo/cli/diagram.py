"""The command `diagram`: draws the schema, or a container."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from prismongo.cli.arguments import count, schema_argument, schema_files
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


def diagram_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `diagram`."""
    schema_argument(parser)
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="NAME",
        help="draw these models, views or composite types alone, and the composite types in them",
    )
    parser.add_argument(
        "--depth",
        type=count,
        metavar="N",
        help="with --models: also the models that N relations lead to (default: 0)",
    )
    parser.add_argument("--no-fields", action="store_true", help="draw the names alone")
    parser.add_argument(
        "--container",
        metavar="MODULE:CLASS",
        help="draw a container of dependency-injector, not the schema",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="the file: .svg is drawn by Graphviz, .dot is its language, any other is Mermaid "
        "(default: Mermaid, to standard output)",
    )


def diagram(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    if (reason := _misused(arguments)) is not None:
        arguments.parser.error(reason)
    picture = _container(arguments) if arguments.container else _schema(arguments)
    if arguments.output is None:
        sys.stdout.write(mermaid_text(picture))
        return 0
    write(arguments.output, _text(picture, arguments.output.suffix.lower()))
    say(f"Wrote {arguments.output}.")
    return 0


def _misused(arguments: argparse.Namespace) -> str | None:
    """What is wrong with the options as a whole."""
    if arguments.depth is not None and not arguments.models:
        return "argument --depth: needs --models"
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
