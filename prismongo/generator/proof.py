"""Imports a staged package: `python -m prismongo.generator.proof`, in a process of its own.

A partial type generator runs here as well, and sees the models of this schema, never those of a
client that was generated before. What it asks for is written into the staged `partials.py`.

Arguments: the package's folder; the file for a report, JSON of `kind` (`partials` or `package`)
and `message`, where something fails; the script, empty where there is none.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import BaseModel

MODULES: Final = ("enums", "bases", "models", "_inputs", "types", "actions", "client", "partials")


class ScriptError(Exception):
    """The partial type generator failed."""


def main() -> int:
    """Prove the package; 0 where it stands, 1 where the report says why not."""
    folder, report, script = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    try:
        package = _load(folder)
        if script:
            _run(package, folder, script)
        _import_all(package)
    except ScriptError as error:
        _report(report, "partials", error.__cause__)
    except Exception as error:  # noqa: BLE001 - the report has whatever it is
        _report(report, "package", error)
    else:
        return 0
    return 1


def _report(report: Path, kind: str, error: BaseException | None) -> None:
    message = "".join(traceback.format_exception(error)).strip()
    report.write_text(json.dumps({"kind": kind, "message": message}), encoding="utf-8")


def _load(folder: Path) -> ModuleType:
    """The package by its own name, found nowhere but in its folder."""
    spec = importlib.util.spec_from_file_location(
        folder.name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {folder}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[folder.name] = module
    spec.loader.exec_module(module)
    return module


def _import_all(package: ModuleType) -> None:
    """Import every module, and build what they build when it is first needed.

    A class is built with all classes that it leads to, so none of those is built once more.
    """
    from pydantic import BaseModel

    loaded = {name: importlib.import_module(f"{package.__name__}.{name}") for name in MODULES}
    built: set[type[BaseModel]] = set()
    for name in ("models", "partials"):
        for kind in vars(loaded[name]).values():
            is_own = isinstance(kind, type) and kind.__module__ == loaded[name].__name__
            if is_own and issubclass(kind, BaseModel) and kind not in built:
                kind.model_rebuild(force=True)
                _add_reached(kind, built)


def _add_reached(kind: type[BaseModel], reached: set[type[BaseModel]]) -> None:
    """Add a class, and those that its fields lead to."""
    from prismongo.query.decode.shapes import classes_in

    left: list[type[BaseModel] | None] = [kind]
    while left:
        one = left.pop()
        if one is not None and one not in reached:
            reached.add(one)
            left += classes_in(one).values()


def _run(package: ModuleType, folder: Path, script: str) -> None:
    """Run the partial type generator, and write what it asks for."""
    from prismongo.client.partial import COLLECTED, PartialType
    from prismongo.generator.modules.partials import partials_module
    from prismongo.schema.parser import parse

    collected: list[PartialType] = []
    COLLECTED.set(collected)
    for name in ("enums", "bases", "models", "types"):  # by the name that scripts import them by
        module = importlib.import_module(f"{package.__name__}.{name}")
        sys.modules[f"prisma.{name}"] = module
        setattr(importlib.import_module("prisma"), name, module)
    try:
        _execute(script)
    except BaseException as error:
        raise ScriptError from error
    datamodel = parse((folder / "schema.prisma").read_text(encoding="utf-8"))
    text = partials_module(datamodel, collected)
    (folder / "partials.py").write_text(text, encoding="utf-8")


def _execute(script: str) -> None:
    path = Path.cwd() / script
    if path.exists():
        spec = importlib.util.spec_from_file_location("prisma.partial_type_generator", path)
    elif script.startswith("."):
        raise ValueError(f"No file found at {script} and relative imports are not allowed.")
    else:
        sys.path.insert(0, str(Path.cwd()))
        spec = importlib.util.find_spec(script)
    if spec is None or spec.loader is None:
        raise ValueError(f"Could not find a python file or module at {script}")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


if __name__ == "__main__":
    sys.exit(main())
