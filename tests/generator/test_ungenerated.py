"""Importing what needs the generated client, where there is none or one of another schema."""

from __future__ import annotations

import subprocess
import sys

import pytest

NONE = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {"prisma.client", "prisma.enums", "prisma.models", "prisma.types"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""
OTHER = """
import prisma.enums
del prisma.enums.RefreshTokenStatus
"""


@pytest.mark.parametrize(
    ("client", "statement", "told"),
    [
        (NONE, "from database import DatabaseService", "run `prismongo generate`"),
        (NONE, "from containers import DatabaseContainer", "run `prismongo generate`"),
        (NONE, "from containers import ApplicationContainer", "No client is generated"),
        (OTHER, "from containers import ApplicationContainer", "one of another schema"),
    ],
    ids=["service", "database", "application", "other"],
)
def test_the_error_says_what_to_do(client: str, statement: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", client + statement], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    error, _, note = done.stderr.partition("Error: ")
    assert error.endswith(("ModuleNotFound", "Import", "Runtime"))
    assert told in note


def test_another_missing_module_is_not_explained() -> None:
    program = "import sys; sys.modules['pydantic'] = None; from database import DatabaseService"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "pydantic" in done.stderr
    assert "generate`" not in done.stderr
