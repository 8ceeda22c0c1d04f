"""Formats findings: as lines of text (`report_lines`) or for JSON (`as_dict`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final, assert_never

from prismongo.check.documents import ModelFit
from prismongo.check.facts import Checked
from prismongo.check.findings import findings, is_well
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

_SIGNS: Final = {"ok": "ok", "note": "note", "failed": "FAILED", "skipped": "skip"}


def report_lines(checked: Checked) -> Iterator[str]:
    """One screen: a line per subject, with its details below."""
    yield f"The database {checked.database}:"
    for finding in findings(checked):
        first, *others = finding.text.splitlines()
        yield f"  {_SIGNS[finding.state]:<8}{finding.subject:<11}{first}"
        for line in [*others, *finding.details]:
            yield f"{'':<21}{line.strip() if line in others else line}"


def as_dict(checked: Checked) -> dict[str, Any]:
    """All facts and findings for JSON. Later versions may add keys, but remove none."""
    health = checked.health
    return {
        "ok": is_well(checked),
        "database": checked.database,
        "findings": {
            finding.subject: {"state": finding.state, "text": finding.text}
            for finding in findings(checked)
        },
        "server": {
            "reachable": health.is_up,
            "version": health.version,
            "latency_ms": health.latency_ms,
            "topology": health.topology,
            "replica_set": health.replica_set,
            "primary": health.primary,
        },
        "client": checked.client,
        "accelerator": checked.accelerator,
        "indexes": _plan(checked.plan) if isinstance(checked.plan, PushPlan) else None,
        "documents": (
            [_model(each) for each in checked.documents]
            if isinstance(checked.documents, tuple)
            else None
        ),
        "selections": None if checked.selections is None else asdict(checked.selections),
    }


def _plan(plan: PushPlan) -> list[dict[str, Any]]:
    return [{**_step(step), "mismatch": is_mismatch(step)} for step in plan.steps]


def _step(step: PushStep) -> dict[str, Any]:
    match step:
        case CreateCollection(collection=name):
            return {"step": "create collection", "collection": name}
        case KeepImages(collection=name):
            return {"step": "keep images", "collection": name}
        case CreateIndex(index=index):
            return {"step": "create index", "collection": index.collection, "index": index.name}
        case IndexDiffers(wanted=index, differences=found):
            where = {"collection": index.collection, "index": index.name}
            return {
                "step": "index differs",
                **where,
                "differences": [asdict(difference) for difference in found],
            }
        case IndexNotInSchema(found=index):
            where = {"collection": index.collection, "index": index.name}
            return {"step": "index not in schema", **where}
        case IndexesOnView(view=name):
            return {"step": "indexes on a view", "collection": name}
        case ShardCollection(collection=name, key=key):
            return {"step": "shard collection", "collection": name, "key": dict(key)}
        case ShardKeyDiffers(collection=name, wanted=wanted, found=there):
            keys = {"key": dict(wanted) if wanted else None, "found": dict(there)}
            return {"step": "shard key differs", "collection": name, **keys}
        case _:
            assert_never(step)


def _model(fit: ModelFit) -> dict[str, Any]:
    return {
        "model": fit.model,
        "collection": fit.collection,
        "read": fit.read,
        "unstored": list(fit.unstored),
        "misfits": [
            {**asdict(each.misfit), "documents": each.documents, "ids": each.ids}
            for each in fit.misfits
        ],
    }
