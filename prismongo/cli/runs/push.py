"""`prismongo push`."""

from __future__ import annotations

import argparse
import asyncio

from prismongo.cli.arguments import database_url, schema_files
from prismongo.cli.terminal import say
from prismongo.schema import push
from prismongo.stores.mongo.push.events import PushEvent
from prismongo.stores.mongo.push.text import event_lines


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    schema = schema_files(arguments.schema)
    datamodel = schema.parse()
    pushing = push(
        datamodel,
        database_url(arguments.url, datamodel, schema),
        dry_run=arguments.dry_run,
        drop=arguments.drop,
        shard=arguments.shard,
        report=_say_event,
        wait=arguments.wait,
    )
    with schema.located():
        return 1 if asyncio.run(pushing).violations else 0


def _say_event(event: PushEvent) -> None:
    for line in event_lines(event):
        say(line)
