"""An image without a container engine: the commands of its Dockerfile, run in a folder.

`/app` and `/opt/venv` stand in that folder. What comes from the network, the packages of the lock
file, is copied from this environment, and nothing else of it; `DEPLOY_NETWORK=1` downloads them.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.project import TOP

FILES: Final = TOP / "docs" / "deploy"
DOWNLOADS: Final = "--requirement requirements.lock"


@dataclass
class Stage:
    """A stage of a Dockerfile: its base and its instructions, in their order."""

    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str:
        """The value of the last instruction of this name."""
        return [value for name, value in self.steps if name == instruction][-1]


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile."""
    found: list[Stage] = []
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        instruction, _, value = line.partition(" ")
        if instruction == "FROM":
            found.append(Stage(value))
        elif found:  # before the first there is ARG alone
            found[-1].steps.append((instruction, value.strip()))
    return found


@dataclass
class Image:
    """A folder that stands for an image.

    Attributes:
        root: where `/app` and `/opt/venv` are.
        variables: what `ENV` gave.
        command: what `CMD` is.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)

    @property
    def app(self) -> Path:
        return self.root / "app"

    def environment(self, **given: str) -> dict[str, str]:
        """The variables of a container: none of this process."""
        own = {"PATH": os.environ["PATH"], "HOME": str(self.root), **self.variables}
        return {**own, **given}

    def run(self, arguments: list[str], **given: str) -> str:
        """What a command prints that is run in a container."""
        environment = self.environment(**given)
        found = shutil.which(arguments[0], path=environment["PATH"])
        assert found, arguments
        return self._done([found, *arguments[1:]], environment)

    def _done(self, command: list[str], environment: dict[str, str]) -> str:
        done = subprocess.run(
            command, cwd=self.app, env=environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout


def build(root: Path) -> Image:
    """The image of docs/deploy/Dockerfile."""
    base = root / "base"
    venv.create(base, with_pip=True)
    image = Image(root)
    for stage in stages((FILES / "Dockerfile").read_text(encoding="utf-8")):
        shutil.rmtree(image.app, ignore_errors=True)  # a stage begins with its base alone
        image.app.mkdir()
        image.variables = {"PATH": f"{base / 'bin'}:/usr/bin:/bin"}
        for instruction, value in stage.steps:
            _step(image, instruction, value.replace("/opt/venv", str(root / "opt" / "venv")))
    return image


def _step(image: Image, instruction: str, value: str) -> None:
    match instruction:
        case "ENV":
            for each in value.split():
                name, _, text = each.partition("=")
                image.variables[name] = text.replace("${PATH}", image.variables["PATH"])
        case "COPY" if not value.startswith("--from"):
            *sources, target = value.split()
            for source in sources:
                _copy(image, source, target)
        case "RUN" if DOWNLOADS in value and not os.environ.get("DEPLOY_NETWORK"):
            _install_locked(image.app / "requirements.lock", image.root / "opt" / "venv")
        case "RUN":
            image.run(shlex.split(value))
        case "CMD":
            image.command = json.loads(value)
        case "COPY" | "WORKDIR" | "USER" | "EXPOSE":
            pass
        case _:
            raise AssertionError(f"{instruction}: not known here")


def _copy(image: Image, source: str, target: str) -> None:
    place = image.app / target
    if (TOP / source).is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "*.so")
        shutil.copytree(TOP / source, place, ignore=ignored)
    else:
        shutil.copy(TOP / source, place)


def locked(path: Path) -> dict[str, str]:
    """What a lock file says of each project: all its lines."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return {entry.partition("==")[0]: entry for entry in text.splitlines()}


def _install_locked(lock: Path, environment: Path) -> None:
    """Copy the files of the locked packages, with their commands, into an environment."""
    (site,) = (environment / "lib").glob("*/site-packages")
    here = Path(sysconfig.get_path("purelib"))
    for name, entry in locked(lock).items():
        distribution = importlib.metadata.distribution(name)
        assert distribution.version == re.split(r"[\s;]", entry.partition("==")[2])[0]
        for file in distribution.files or ():
            source, target = here / file, site / file
            if not source.is_file():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)  # compiled files go by the time of their source
            if target.parent.resolve() == (environment / "bin").resolve():
                _own(target, environment)


def _own(script: Path, environment: Path) -> None:
    """Make a command run by the Python of that environment."""
    text = script.read_bytes()
    here = f"#!{Path(sys.prefix) / 'bin' / 'python'}".encode()
    if text.startswith(here):
        _, _, rest = text.partition(b"\n")
        script.write_bytes(f"#!{environment / 'bin' / 'python'}\n".encode() + rest)
