"""Prisma's own CLI, to compare with: Node.js and the npm package prisma@5.17.0.

`python tests/schema/official.py` writes the committed `fixtures/*.dmmf.json` anew from what the CLI
says; the tests run the CLI only to see that they still hold. `fixtures/answers.jsonl` holds what it
says (`prisma validate`) of small schemas: the first mistake and its place, or that there is none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

VERSION: Final = "5.17.0"
HERE: Final = Path(__file__).parent
FIXTURES: Final = HERE / "fixtures"

Json = dict[str, Any]


class NoCliError(Exception):
    """The CLI cannot be had here; the message says why."""


def find_cli(cache: Path) -> Path:
    """The CLI's script: in the folder that PRISMA_CLI names, else installed into `cache`.

    Raises:
        NoCliError: there is no Node.js, or npm's registry cannot be reached.
    """
    if shutil.which("node") is None:
        raise NoCliError("Node.js is not installed")
    root = Path(os.environ.get("PRISMA_CLI") or cache / f"prisma-{VERSION}")
    script = root / "node_modules" / "prisma" / "build" / "index.js"
    if not script.exists():
        _install(root)
    return script


def _install(root: Path) -> None:
    if shutil.which("npm") is None:
        raise NoCliError("npm is not installed, and PRISMA_CLI names no folder with the CLI")
    root.mkdir(parents=True, exist_ok=True)
    # Its scripts would fetch engines; nothing here needs any.
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    limits = ["--fetch-retries=0", "--fetch-timeout=10000", "--prefix", str(root)]
    done = subprocess.run(
        [*command, *limits, f"prisma@{VERSION}"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoCliError(f"npm could not install prisma@{VERSION}")


def run(script: Path, *arguments: str, record: Path | None = None, path: str = "") -> None:
    """Run the CLI; the engines that it would fetch are named by any file that exists.

    Args:
        record: the folder that `recorder.js` writes to.
        path: folders to find generators in, ahead of PATH.
    """
    any_file = str(script)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(filter(None, [path, os.environ["PATH"]])),
        "PRISMA_QUERY_ENGINE_BINARY": any_file,
        "PRISMA_QUERY_ENGINE_LIBRARY": any_file,
        "PRISMA_SCHEMA_ENGINE_BINARY": any_file,
        "PRISMA_HIDE_UPDATE_MESSAGE": "true",
        "CHECKPOINT_DISABLE": "1",
        "NO_COLOR": "1",
        "JS_OUTPUT": "js",
        "BINARY_TARGET": '["native"]',
        "RECORD": str(record or os.devnull),
    }
    command = ["node", str(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"prisma {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def recorded(script: Path, text: str) -> dict[str, Json]:
    """What the CLI tells each generator of the schema with this text, by the generator's name."""
    recorder = f'"node {HERE / "recorder.js"}"'
    text = re.sub(r'(provider\s*=\s*)"(?!mongodb")[^"]*"', lambda found: found[1] + recorder, text)
    with tempfile.TemporaryDirectory() as scratch:
        schema = Path(scratch) / "schema.prisma"
        schema.write_text(text, encoding="utf-8", newline="")
        run(script, "generate", "--schema", str(schema), record=Path(scratch))
        files = sorted(Path(scratch).glob("*.json"))
        return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def dmmf_of(told: Json) -> Json:
    """The parts of the DMMF that upstream's generator reads."""
    enums = told["dmmf"]["schema"]["enumTypes"].get("prisma", [])
    kept = [enum for enum in enums if enum["name"] == "TransactionIsolationLevel"]
    return {"datamodel": told["dmmf"]["datamodel"], "schema": {"enumTypes": {"prisma": kept}}}


def blocks_of(told: dict[str, Json]) -> Json:
    """What the CLI tells of generators and datasources, but for paths and providers."""
    datasources = next(iter(told.values()))["datasources"]
    return {
        "generators": {
            name: {key: one["generator"][key] for key in ("name", "config", "previewFeatures")}
            for name, one in told.items()
        },
        "datasources": [
            {key: item[key] for key in ("name", "provider", "activeProvider", "url")}
            for item in datasources
        ],
    }


def main() -> None:
    """Write every DMMF fixture anew, and that of the configuration blocks."""
    with tempfile.TemporaryDirectory() as cache:
        script = find_cli(Path(cache))
        for schema in sorted(FIXTURES.glob("*.prisma")):
            told = recorded(script, schema.read_text(encoding="utf-8"))
            dmmf = _compact(dmmf_of(next(iter(told.values()))))
            schema.with_suffix(".dmmf.json").write_text(dmmf, encoding="utf-8")
            if schema.stem == "configuration":
                blocks = json.dumps(blocks_of(told), indent=1)
                schema.with_suffix(".blocks.json").write_text(f"{blocks}\n", encoding="utf-8")
            sys.stdout.write(f"{schema.name}\n")


def _compact(dmmf: Json) -> str:
    """JSON with a line for each model, enum, type and index."""
    parts = [
        f"{json.dumps(name)}: [\n{_lines(items)}\n]" for name, items in dmmf["datamodel"].items()
    ]
    schema = json.dumps(dmmf["schema"])
    return '{"datamodel": {\n' + ",\n".join(parts) + f'\n}}, "schema": {schema}}}\n'


def _lines(items: list[Json]) -> str:
    return ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)


if __name__ == "__main__":
    main()
