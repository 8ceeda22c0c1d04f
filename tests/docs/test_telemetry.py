"""docs/telemetry.md: its application runs, and exports what the page says; its tables are whole."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import textwrap
from typing import Any

from database import DatabaseSettings
from prismongo.telemetry import engine, failures, instruments
from prismongo.telemetry import spans as spans_module
from tests.application import pushed_url, settings_pushed
from tests.project import TOP

__all__ = ["pushed_url", "settings_pushed"]

TEXT = (TOP / "docs" / "telemetry.md").read_text(encoding="utf-8")
APPLICATION, TESTED = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
URL = "mongodb://localhost:27017/shop?replicaSet=rs0"
SPAN = re.compile(r"^\{$.*?^\}$", re.MULTILINE | re.DOTALL)

REQUEST = """
import httpx

async def main():
    async with lifespan(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.post("/users/ada")).status_code == 200
        metrics.get_meter_provider().force_flush()
"""


def run(program: str) -> str:
    """What the program prints."""
    path = f"import sys\nsys.path.insert(0, {str(TOP)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", path + program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_application_exports_a_request_with_its_transaction(
    settings_pushed: DatabaseSettings,
) -> None:
    assert settings_pushed.url is not None
    assert URL in APPLICATION
    application = APPLICATION.replace(URL, settings_pushed.url.get_secret_value())
    main = REQUEST + textwrap.indent(TESTED, "    ") + "import asyncio\nasyncio.run(main())\n"
    printed = await asyncio.to_thread(run, application + main)
    told: list[dict[str, Any]] = [json.loads(each) for each in SPAN.findall(printed)]
    spans = {each["context"]["span_id"]: each for each in told if "context" in each}

    def above(span: dict[str, Any]) -> list[str]:
        parent = spans.get(span["parent_id"])
        return [] if parent is None else [parent["name"], *above(parent)]

    for name in ("create User", "create Community"):
        (created,) = (each for each in spans.values() if each["name"] == name)
        assert above(created)[0] == "transaction"
        assert above(created)[-1] == "POST /users/{name}"
    assert '"name": "db.client.operation.duration"' in printed
    assert '"name": "db.client.connection.count"' in printed


def test_every_name_is_in_the_tables() -> None:
    sources = "".join(
        (TOP / str(module.__file__)).read_text(encoding="utf-8")
        for module in (engine, failures, instruments, spans_module)
    )
    named = set(re.findall(r'"((?:db|server|error|prismongo\.\w+)\.[\w.]+)"', sources))
    named |= {f"db.client.connection.{name}" for name, *_ in instruments._POOLS}
    assert len(named) == 19
    assert {name for name in named if f"`{name}`" not in TEXT} == set()
