"""The first example of docs/containers.md does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
URL = "mongodb://localhost:27017/shop?replicaSet=rs0"

SHOP = """
class OrderService:
    def __init__(self, database):
        self.database = database

    async def place(self, what):
        print(what, await self.database.user.count())
"""


def test_an_application_mounts_the_database_in_ten_lines(tmp_path: Path, mongo_url: str) -> None:
    text = (ROOT / "docs/containers.md").read_text()
    declaration, use, *_ = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(re.findall(r"^.*\S.*$", declaration, re.MULTILINE)) <= 10
    assert URL in declaration
    (tmp_path / "shop.py").write_text(SHOP)
    main = f"async def main():\n{textwrap.indent(use, '    ')}\nimport asyncio\nasyncio.run(main())"
    path = f"import sys\nsys.path[:0] = {[str(ROOT), str(tmp_path)]!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", path + declaration.replace(URL, mongo_url) + main],
        capture_output=True,
        cwd=tmp_path,
        text=True,
        check=False,
    )
    assert done.stdout == "tea 0\n", done.stderr
