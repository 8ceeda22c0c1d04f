"""Turns the facts of a check into findings: what is right, what is wrong, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from prisma.errors import PrismaError

from prismongo.check.documents import Misfits, ModelFit
from prismongo.check.facts import Checked, ClientState
from prismongo.check.selections import SelectionFit
from prismongo.query.decode.conformance import Misfit
from prismongo.stores.mongo import accelerator
from prismongo.stores.mongo.errors import standalone_remedy
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
    is_mismatch,
)
from prismongo.stores.mongo.push.text import step_lines

State = Literal["ok", "note", "failed", "skipped"]
Subject = Literal["server", "topology", "client", "native", "indexes", "documents", "selections"]
Drift = Literal[
    "no collection",
    "no index",
    "no images",
    "differs",
    "not in schema",
    "on a view",
    "not sharded",
    "other shard key",
]

MOST_LINES: Final = 12
"""The maximum number of detail lines of a finding, so that all findings fit on a screen."""

_PUSH: Final = "prismongo push"
_NOT_REACHED: Final = "the server was not reached"
_CLIENT: Final[Mapping[ClientState, tuple[State, str]]] = {
    "fresh": ("ok", "generated from this schema"),
    "stale": ("failed", "generated from another schema: run `prismongo generate`"),
    "missing": ("failed", "not generated: run `prismongo generate`"),
}
ACCELERATOR: Final[Mapping[accelerator.State, tuple[State, str]]] = {
    "in use": ("ok", "the accelerator is in use"),
    "turned off": ("note", "the accelerator is turned off by PRISMONGO_NATIVE=0"),
    "not built": ("note", "the accelerator is not built: reading many records takes longer"),
    "driver not known": ("note", "the accelerator does not know this PyMongo, and is not used"),
}
"""Whether the accelerator is in use: how that counts, and the words for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result for one subject. `failed` means that a deployment must stop."""

    subject: Subject
    state: State
    text: str
    details: tuple[str, ...] = ()


def is_well(checked: Checked) -> bool:
    """Whether nothing has failed, so that a deployment may continue."""
    return all(finding.state != "failed" for finding in findings(checked))


def findings(checked: Checked) -> tuple[Finding, ...]:
    """One finding per subject, in the order of the report; selections where there are any."""
    return (
        _server(checked),
        _topology(checked),
        Finding("client", *_CLIENT[checked.client]),
        Finding("native", *ACCELERATOR[checked.accelerator]),
        _indexes(checked),
        _documents(checked),
        *([] if checked.selections is None else [_selections(checked.selections)]),
    )


def _server(checked: Checked) -> Finding:
    health = checked.health
    if not health.is_up:
        return Finding("server", "failed", health.error or "does not answer")
    return Finding(
        "server", "ok", f"MongoDB {health.version or '?'} answers in {health.latency_ms:.1f} ms"
    )


def _topology(checked: Checked) -> Finding:
    health = checked.health
    match health.topology:
        case "replica set":
            primary = f"primary {health.primary}" if health.primary else "without a primary"
            state: State = "ok" if health.primary else "failed"
            return Finding("topology", state, f"replica set {health.replica_set}, {primary}")
        case "sharded":
            return Finding("topology", "ok", "sharded cluster")
        case "standalone":
            return Finding("topology", "note", _STANDALONE, (standalone_remedy(checked.hosts),))
        case "unknown":
            return Finding("topology", "skipped", _NOT_REACHED)
        case _:
            assert_never(health.topology)


_STANDALONE: Final = (
    "standalone server: no transactions, no nested writes or batches (P2031), no change streams"
)

# --- indexes ---


def _indexes(checked: Checked) -> Finding:
    match checked.plan:
        case None:
            return Finding("indexes", "skipped", _NOT_REACHED)
        case PrismaError() as error:
            return Finding("indexes", "failed", f"cannot be compared: {error}")
        case PushPlan(steps=()):
            return Finding("indexes", "ok", "collections and indexes are as the schema says")
        case PushPlan(steps=steps):
            worst = [step for step in steps if is_mismatch(step)]
            rest = [step for step in steps if not is_mismatch(step)]
            lines = [*drift_lines(worst), *drift_lines(rest)]
            text = ": ".join(filter(None, [drift_text(steps), index_remedy(worst)]))
            more = f"`{_PUSH} --dry-run` shows all"
            return Finding("indexes", "failed" if worst else "note", text, _cut(lines, more))
        case _:
            assert_never(checked.plan)


def drift_text(steps: Iterable[PushStep]) -> str:
    """`2 collections and 5 indexes are missing, 1 index differs`."""
    counts = Counter(map(_drift, steps))
    missing = [
        _count(counts["no collection"], "collection"),
        _count(counts["no index"], "index"),
    ]
    total = counts["no collection"] + counts["no index"]
    parts = [
        _verb(total, " and ".join(filter(None, missing)), "is missing", "are missing"),
        _several(counts["no images"], "collection", "keeps no images", "keep no images"),
        _several(counts["differs"], "index", "differs", "differ"),
        _several(counts["not in schema"], "index", "is not in the schema", "are not in the schema"),
        _several(counts["on a view"], "view", "cannot have indexes", "cannot have indexes"),
        _several(counts["not sharded"], "collection", "is not sharded", "are not sharded"),
        _several(counts["other shard key"], "shard key", "differs", "differ"),
    ]
    return ", ".join(filter(None, parts))


def _drift(step: PushStep) -> Drift:
    match step:
        case CreateCollection():
            return "no collection"
        case CreateIndex():
            return "no index"
        case KeepImages():
            return "no images"
        case IndexDiffers():
            return "differs"
        case IndexNotInSchema():
            return "not in schema"
        case IndexesOnView():
            return "on a view"
        case ShardCollection():
            return "not sharded"
        case ShardKeyDiffers():
            return "other shard key"
        case _:
            assert_never(step)


def drift_lines(steps: Iterable[PushStep]) -> Iterator[str]:
    """The steps as lines of text; of a missing collection only the collection itself."""
    missing: set[str] = set()
    for step in steps:
        match step:
            case CreateIndex(index=index):
                if index.collection in missing:
                    continue
            case KeepImages(collection=name):
                if name in missing:
                    continue
            case CreateCollection(collection=name):
                missing.add(name)
            case IndexDiffers() | IndexNotInSchema() | IndexesOnView():
                pass
            case ShardCollection() | ShardKeyDiffers():
                pass
            case _:
                assert_never(step)
        yield from step_lines(step)


def index_remedy(mismatches: Iterable[PushStep]) -> str:
    """The remedy: `push`, `push --drop`, or a correction by hand."""
    steps = PushPlan("", tuple(mismatches))
    additive, all_of_ours = steps.to_do(drop=False), steps.to_do(drop=True)
    drop = " --drop" if len(all_of_ours) > len(additive) else ""
    remedies = [
        *([f"run `{_PUSH}{drop}`"] if all_of_ours else []),
        *(["correct by hand what stays"] if len(steps.steps) > len(all_of_ours) else []),
    ]
    return ", and ".join(remedies)


def _several(number: int, noun: str, one: str, many: str) -> str:
    return _verb(number, _count(number, noun), one, many)


def _verb(number: int, subject: str, one: str, many: str) -> str:
    return f"{subject} {one if number == 1 else many}" if number else ""


def _count(number: int, noun: str) -> str:
    plural = "indexes" if noun == "index" else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}" if number else ""


# --- documents ---


def _documents(checked: Checked) -> Finding:
    match checked.documents:
        case PrismaError() as error:
            return Finding("documents", "failed", f"cannot be read: {error}")
        case None if checked.sample:
            return Finding("documents", "skipped", _NOT_REACHED)
        case None:
            return Finding(
                "documents", "skipped", "not looked at: `--sample N` reads N of each model"
            )
        case tuple() as models:
            return _fits(models)
        case _:
            assert_never(checked.documents)


def _fits(models: tuple[ModelFit, ...]) -> Finding:
    total = sum(each.read for each in models)
    read = f"{total:,} read of {_count(len(models), 'model')}"
    lines = list(_misfit_lines(models))
    if not lines:
        fit = "all fit the schema" if total else "for there are none"
        return Finding("documents", "ok", f"{read}, {fit}")
    wrong, unknown = (_fields(models, unknown=each) for each in (False, True))
    parts = [f"{_count(wrong, 'field')} not as the schema says" if wrong else ""]
    parts += [f"{_count(unknown, 'field')} not in the schema" if unknown else ""]
    text = ", ".join(filter(None, [read, *parts]))
    can_be_read = all(_is_allowed(one.misfit) for each in models for one in each.misfits)
    state: State = "note" if can_be_read else "failed"
    return Finding("documents", state, text, _cut(lines, "`--json` shows all"))


def _fields(models: Iterable[ModelFit], *, unknown: bool) -> int:
    """How many fields the schema does not know; or else how many are not as it says."""
    found = {
        (each.model, one.misfit.field)
        for each in models
        for one in each.misfits
        if (one.misfit.problem == "not in the schema") is unknown
    }
    return len(found)


def _is_allowed(misfit: Misfit) -> bool:
    """Whether every read goes well all the same.

    It does with what the schema does not know, and with a key that refers to nothing, of a relation
    that is optional or a list.
    """
    if misfit.problem == "not in the schema":
        return True
    return misfit.problem == "no such record" and misfit.wanted.endswith(("?", "[]"))


def _misfit_lines(models: Iterable[ModelFit]) -> Iterator[str]:
    for each in models:
        for one in each.misfits:
            yield f"{each.model}.{_misfit(one)} in {one.documents:,} of {each.read:,}{_ids(one)}"
        yield from _rename(each)


def _rename(fit: ModelFit) -> Iterator[str]:
    """What may have been renamed: a field that no document has, beside one that is unknown."""
    paths = (one.misfit.field for one in fit.misfits if one.misfit.problem == "not in the schema")
    unknown = [path for path in dict.fromkeys(paths) if "." not in path]
    if unknown and fit.unstored:
        names = ", ".join(fit.unstored)
        yield (
            f"{fit.model}: no document has {names}. If it was {' or '.join(unknown)} before: "
            f'`@map("{unknown[0]}")`, or rename what is stored (docs/schema.md)'
        )


def _misfit(one: Misfits) -> str:
    misfit = one.misfit
    match misfit.problem:
        case "missing":
            return f"{misfit.field}: required {misfit.wanted} is missing"
        case "wrong type":
            return f"{misfit.field}: {misfit.found} where {misfit.wanted} is wanted"
        case "unknown enum value":
            return f"{misfit.field}: unknown value of enum {misfit.wanted}"
        case "not found by filters":
            found = f"{misfit.found} where filters look for {misfit.wanted}"
            return f"{misfit.field}: {found}"
        case "no such record":
            return f"{misfit.field}: the key refers to no record where {misfit.wanted} is wanted"
        case "not in the schema":
            return f"{misfit.field}: {misfit.found} that is not in the schema"
        case _:
            assert_never(misfit.problem)


def _ids(one: Misfits) -> str:
    if not one.ids:
        return ""
    more = ", …" if one.documents > len(one.ids) else ""
    return f" (_id {', '.join(one.ids)}{more})"


# --- selections ---


def _selections(fit: SelectionFit) -> Finding:
    if fit.errors:
        text = f"{len(fit.errors):,} not as the schema says"
        return Finding("selections", "failed", text, _cut(list(fit.errors), "correct these first"))
    text = f"{_classes(fit.checked)} as the schema says"
    if fit.others:
        text += f", {fit.others:,} of another client"
    if not fit.unknown:
        return Finding("selections", "ok", text)
    lines = [f"{name}: `@selects(…)` would say of which model it is" for name in fit.unknown]
    return Finding("selections", "note", f"{text}, {len(lines):,} not compared", _cut(lines, "…"))


def _classes(number: int) -> str:
    return "1 class is" if number == 1 else f"{number:,} classes are"


def _cut(lines: list[str], more: str) -> tuple[str, ...]:
    if len(lines) <= MOST_LINES:
        return tuple(lines)
    kept = MOST_LINES - 1
    return (*lines[:kept], f"and {len(lines) - kept:,} more lines; {more}")
