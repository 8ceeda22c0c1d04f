"""Builds the accelerator with ASan and UBSan and runs `fuzz.py` with it: `make fuzz-native`.

python -m tests.native.sanitized SECONDS ROWS
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

from tests.project import TOP

FLAGS: Final = (
    *("-shared", "-fPIC", "-O1", "-g", "-fno-omit-frame-pointer"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"),
)
GCC: Final = shutil.which("gcc")
SEEDS: Final = ("1", "2")


def sanitizer() -> str | None:
    """Where gcc's ASan is; None where there is none."""
    if GCC is None:
        return None
    asked = [GCC, "-print-file-name=libasan.so"]
    found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return found if Path(found).is_absolute() else None


def build(folder: Path) -> Path:
    """Compile the sources with the sanitizers."""
    made = folder / "_rows.so"
    sources = sorted(map(str, (TOP / "prismongo" / "native").glob("*.c")))
    include = f"-I{sysconfig.get_paths()['include']}"
    subprocess.run([GCC or "", *FLAGS, include, *sources, "-o", str(made)], check=True)
    return made


def fuzz(*arguments: str, extension: Path | None = None) -> str:
    """What `fuzz.py` says, in a process of its own.

    Raises:
        RuntimeError: a finding, in the sanitizer's words or in those of `fuzz.py`.
    """
    environment = dict(os.environ)
    if extension is not None:
        environment |= {
            "SANITIZED": str(extension),
            "LD_PRELOAD": sanitizer() or "",
            "ASAN_OPTIONS": "detect_leaks=0",  # Python's own; `leaks` looks for ours
            "PYTHONMALLOC": "malloc",  # each object is then one that ASan knows
        }
    command = [sys.executable, "-m", "tests.native.fuzz", *arguments]
    done = subprocess.run(
        command, cwd=TOP, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def main(seconds: str, rows: str) -> None:
    """All of it; half of the time goes to odd documents, half to mutated replies."""
    each = str(float(seconds) / 2 / len(SEEDS))
    with tempfile.TemporaryDirectory() as folder:
        made = build(Path(folder))
        for seed in SEEDS:
            sys.stdout.write(fuzz("odd", each, seed, extension=made))
            sys.stdout.write(fuzz("mutated", each, seed, extension=made))
    sys.stdout.write(fuzz("leaks", rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
