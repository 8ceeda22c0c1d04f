"""Plans and events as text for people (`event_lines`).

+ collection  User
+ unique      User_email_key on User (email), only where email has a value
~ index       User_createdAt_idx on User (createdAt desc)
                keys: (createdAt) there, (createdAt desc) in the schema
? index       legacy_1 on User (legacy) is not in the schema
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from bson.json_util import RELAXED_JSON_OPTIONS, dumps

from prismongo.stores.mongo.push.differences import json_text, keys_text
from prismongo.stores.mongo.push.errors import violation_text
from prismongo.stores.mongo.push.events import (
    Building,
    Done,
    Planned,
    PushEvent,
    Searching,
    Violated,
)
from prismongo.stores.mongo.push.plan import (
    CreateCollection,
    CreateIndex,
    IndexDiffers,
    IndexesOnView,
    IndexNotInSchema,
    KeepImages,
    PushPlan,
    PushStep,
    ShardCollection,
    ShardKeyDiffers,
)
from prismongo.stores.mongo.push.violations import Violation
from prismongo.stores.wanted.bounds import present_paths
from prismongo.stores.wanted.shards import shard_key_text
from prismongo.stores.wanted.specs import IndexSpec

LONGEST_VALUE = 60  # characters
_INDENT = " " * 16


def event_lines(event: PushEvent) -> Iterator[str]:
    """The lines of an event."""
    match event:
        case Planned(plan=plan, drop=drop, shard=shard):
            yield from plan_lines(plan, drop=drop, shard=shard)
        case Searching(indexes=indexes):
            yield f"  looking for duplicates: {', '.join(index.name for index in indexes)}"
        case Violated(violations=violations):
            for violation in violations:
                yield from (f"  {line}" for line in _violation(violation))
        case Building(indexes=indexes, phase=phase, done=done, total=total):
            names = ", ".join(index.name for index in indexes)
            yield f"  {names}: {phase}, {100 * done // total} %"
        case Done(step=step, seconds=seconds):
            yield f"  done in {seconds:.1f} s: {_name(step)}"
        case _:
            assert_never(event)


def plan_lines(plan: PushPlan, *, drop: bool = False, shard: bool = False) -> Iterator[str]:
    """The lines of a plan.

    `drop` says whether indexes are replaced and removed, `shard` whether collections are sharded.
    """
    if plan.is_empty:
        yield f"The database {plan.database} is as the schema says."
        return
    yield f"The database {plan.database} and the schema:"
    for step in plan.steps:
        yield from (f"  {line}" for line in step_lines(step, drop=drop, shard=shard))


def step_lines(step: PushStep, *, drop: bool = False, shard: bool = False) -> Iterator[str]:
    """The lines of a step: a sign and its object, then the differences."""
    match step:
        case CreateCollection(collection=name):
            yield f"+ collection  {name}"
        case KeepImages(collection=name):
            yield f"+ images      {name} keeps what documents were before a change"
        case CreateIndex(index=index):
            yield f"+ {_index(index)}"
        case IndexDiffers(wanted=wanted, differences=found, is_own=own):
            yield f"~ {_index(wanted)}: {_fate('is replaced', own=own, drop=drop)}"
            for each in found:
                yield f"{_INDENT}{each.what}: {each.found} there, {each.wanted} in the schema"
        case IndexNotInSchema(found=index, is_own=own):
            sign = "-" if own and drop else "?"
            fate = _fate("is removed", own=own, drop=drop)
            yield f"{sign} {_index(index)} is not in the schema: {fate}"
        case IndexesOnView(view=name, indexes=indexes):
            yield f"! view        {name} cannot have its {len(indexes)} indexes"
        case ShardCollection(collection=name, key=key):
            sign, when = ("+", "") if shard else ("?", " with --shard")
            yield f"{sign} shard key   {name} is sharded by {shard_key_text(key)}{when}"
        case ShardKeyDiffers(collection=name, wanted=other, found=key):
            there = f"by {shard_key_text(other)}" if other else "not sharded"
            yield (
                f"! shard key   {name} is sharded by {shard_key_text(key)}, {there} in the "
                "schema: correct the schema, or reshard by hand"
            )
        case _:
            assert_never(step)


def _fate(verb: str, *, own: bool, drop: bool) -> str:
    if not own:
        return "stays, as neither schema nor Prisma's naming knows it"
    return verb if drop else f"{verb} with --drop"


def _index(index: IndexSpec) -> str:
    options = [
        *([_where(index.partial)] if index.partial else []),
        *(["sparse"] if index.sparse else []),
        *([f"documents expire after {index.expire_after:g} s"] if _expires(index) else []),
        *([f"collation {json_text(index.collation)}"] if index.collation else []),
    ]
    name = f"{index.kind:<11} {index.name} on {index.collection} {keys_text(index)}"
    return ", ".join([name, *options])


def _where(partial: Mapping[str, Any]) -> str:
    paths = present_paths(partial)
    if paths is None:
        return f"only where {json_text(partial)}"
    return f"only where {' and '.join(paths)} {'has a value' if len(paths) == 1 else 'have values'}"


def _expires(index: IndexSpec) -> bool:
    return index.expire_after is not None


def _name(step: PushStep) -> str:
    match step:
        case CreateCollection(collection=name) | IndexesOnView(view=name):
            return name
        case KeepImages(collection=name):
            return f"images of {name}"
        case ShardCollection(collection=name) | ShardKeyDiffers(collection=name):
            return f"shard key of {name}"
        case CreateIndex(index=index) | IndexDiffers(wanted=index) | IndexNotInSchema(found=index):
            return index.name
        case _:
            assert_never(step)


def _violation(violation: Violation) -> Iterator[str]:
    yield f"! {violation_text(violation)}"
    for example in violation.examples:
        values = ", ".join(_value(value) for value in example.values)
        yield f"{_INDENT}{values}: {example.documents:,} documents"
    if (more := violation.values - len(violation.examples)) > 0:
        yield f"{_INDENT}and {more:,} more"


def _value(value: Any) -> str:
    text = "nothing" if value is None else dumps(value, json_options=RELAXED_JSON_OPTIONS)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
