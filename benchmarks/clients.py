"""What the generated client costs, beside upstream's for the same models.

Upstream's generator reads what Prisma's CLI tells it of a schema. Here `tests.schema.dmmf` tells it
the same, without Kraken's composite types, which it refuses. Its CLI, which needs Node, is not
measured. Ours is measured with the composite types.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from venv import EnvBuilder

from prismongo.schema import parse
from prismongo.schema.datamodel import Datamodel
from tests.schema.dmmf import dmmf

SCHEMA: Final = Path(__file__).parents[1] / "schema.prisma"
UPSTREAM: Final = "prisma==0.15.0"
ENGINE: Final = "393aa359c9ad4a4bb28630fb5613f9c281cde053"
"""The version of Prisma's engine that upstream's generator asks for."""

GENERATE: Final = """
import json, sys
from pathlib import Path
from prisma.generator import Generator
from prisma.generator.models import PythonData
Generator().generate(PythonData.model_validate(json.loads(Path(sys.argv[1]).read_text())))
"""
IMPORT: Final = """
import time
from pydantic import BaseModel
class Model(BaseModel):
    name: str
began = time.process_time()
import {0}, {0}.client, {0}.models, {0}.types
print(time.process_time() - began)
"""
CHECKED: Final = """
from {0} import Prisma
from {0}.models import User


async def found(db: Prisma) -> list[User]:
    return await db.user.find_many(
        where={{"username": {{"contains": "a"}}}}, include={{"messages": True}}, take=10
    )
"""


COSTS: Final = (
    ("generate, without Prisma's CLI (CPU)", "s"),
    ("import of client, models and types, beyond pydantic (CPU)", "s"),
    ("mypy --strict of a module that uses it, without a cache (CPU)", "s"),
    ("generated lines", ""),
)
"""What is measured, and its unit."""


@dataclass(frozen=True)
class Cost:
    """One cost of the two clients, in `unit`."""

    name: str
    upstream: float
    ours: float
    unit: str


def costs_of_clients(runs: int) -> list[Cost]:
    """Generate, import and check; the least of several runs. Empty where upstream's cannot be had.

    Args:
        runs: how often each is measured.
    """
    with TemporaryDirectory() as folder:
        place = Place(Path(folder))
        if not _fetched(place.upstream):
            return []
        place.prepare()
        upstream, ours = (_measured(name, place, runs) for name in ("upstream_client", "prisma"))
        return [
            Cost(name, first, second, unit)
            for (name, unit), first, second in zip(COSTS, upstream, ours, strict=True)
        ]


@dataclass(frozen=True)
class Place:
    """A folder with an environment, in which this library and both clients are installed."""

    folder: Path

    @property
    def upstream(self) -> Path:
        """Upstream's package, as it comes."""
        return self.folder / "upstream"

    @property
    def python(self) -> str:
        """The environment's Python."""
        return str(self.folder / "venv" / "bin" / "python")

    @property
    def site(self) -> Path:
        """Where the environment's packages are."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "venv" / "lib" / version / "site-packages"

    def prepare(self) -> None:
        """Make the environment, with links to what else is needed.

        The client of this environment is not among it: mypy would read that one as well.
        """
        EnvBuilder().create(self.folder / "venv")
        shutil.copytree(SCHEMA.parent / "prismongo", self.site / "prismongo")
        shutil.copytree(self.upstream / "prisma", self.site / "prisma")
        for path in Path(sysconfig.get_path("purelib")).iterdir():
            if not path.name.startswith(("prism", "__editable__")):
                (self.site / path.name).symlink_to(path)
        (self.folder / "dmmf.json").write_text(json.dumps(_told(self.site / "upstream_client")))
        shutil.copy(SCHEMA, self.folder)

    def generate(self, name: str) -> float:
        """Generate a client; the seconds of CPU time."""
        if name == "upstream_client":
            command = [self.python, "-c", GENERATE, str(self.folder / "dmmf.json")]
            return self.cpu(command, PYTHONPATH=str(self.upstream))
        return self.cpu([self.python, "-m", "prismongo", "generate"])

    def generated(self, name: str) -> list[Path]:
        """The modules of a client that are not upstream's as they come."""
        modules = (self.site / name).rglob("*.py")
        return [module for module in modules if not self._is_upstream(module, name)]

    def _is_upstream(self, module: Path, name: str) -> bool:
        original = self.upstream / "prisma" / module.relative_to(self.site / name)
        return original.exists() and original.read_bytes() == module.read_bytes()

    def cpu(self, command: list[str], **variables: str) -> float:
        """The seconds of CPU time that a command takes."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.printed(command, **variables)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def printed(self, command: list[str], **variables: str) -> str:
        """What a command prints; it writes the bytecode of what it imports."""
        settings = {"PYTHONDONTWRITEBYTECODE": "", "PRISMA_PY_DEBUG_GENERATOR": "1"}
        environment = {**os.environ, **settings, **variables}
        return subprocess.run(
            command, cwd=self.folder, env=environment, check=True, capture_output=True, text=True
        ).stdout


def _measured(name: str, place: Place, runs: int) -> list[float]:
    """The values of COSTS for one client."""
    generate = min(place.generate(name) for _ in range(runs))
    load = [place.python, "-c", IMPORT.format(name)]
    place.printed(load)  # writes the bytecode
    module = place.folder / f"uses_{name}.py"
    module.write_text(CHECKED.format(name))
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", place.python]
    check = [*mypy, "--cache-dir", os.devnull, str(module)]
    return [
        generate,
        min(float(place.printed(load)) for _ in range(runs)),
        min(place.cpu(check) for _ in range(runs)),
        sum(len(module.read_text().splitlines()) for module in place.generated(name)),
    ]


def _fetched(folder: Path) -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", UPSTREAM]
    done = subprocess.run([*command, "--target", str(folder)], capture_output=True, check=False)
    return done.returncode == 0


def _told(output: Path) -> dict[str, Any]:
    """What Prisma's CLI would tell upstream's generator of Kraken's schema."""
    generator = {
        "name": "client",
        "provider": {"value": "prisma-client-py", "fromEnvVar": None},
        "output": {"value": str(output), "fromEnvVar": None},
        "isCustomOutput": True,
        "config": {"interface": "asyncio", "recursive_type_depth": "5"},
        "binaryTargets": [],
        "previewFeatures": [],
    }
    source = {
        "name": "db",
        "provider": "mongodb",
        "activeProvider": "mongodb",
        "sourceFilePath": SCHEMA.name,
        "url": {"value": None, "fromEnvVar": "DATABASE_URL"},
    }
    return {
        "datamodel": "",
        "version": ENGINE,
        "generator": generator,
        "dmmf": dmmf(_without_composites(parse(SCHEMA.read_text()))),
        "schemaPath": SCHEMA.name,
        "datasources": [source],
        "otherGenerators": [],
        "binaryPaths": {},
    }


def _without_composites(datamodel: Datamodel) -> Datamodel:
    models = [
        replace(model, fields=tuple(each for each in model.fields if each.kind != "composite"))
        for model in datamodel.models
    ]
    return replace(datamodel, models=tuple(models), types=())
