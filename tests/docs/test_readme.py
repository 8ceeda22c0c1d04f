"""The examples of README.md do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_ten_line_example_runs(mongo_url: str) -> None:
    text = (ROOT / "README.md").read_text()
    (example, *_) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(re.findall(r"^.*\S.*$", example, re.MULTILINE)) <= 10
    environment = {
        **os.environ,
        "DATABASE_URL": mongo_url,
        "SCHEMA_ON_START": "push",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ada Hello\n", "")


def test_every_page_is_linked() -> None:
    text = (ROOT / "README.md").read_text()
    pages = [path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".py"}]
    assert len(pages) > 10
    for page in pages:
        assert f"]({page.relative_to(ROOT).as_posix()})" in text


def test_no_link_of_a_page_leads_nowhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for name, anchor in re.findall(r"\]\(([^)#:]*)#?([^)]*)\)", page.read_text()):
            target = page.parent / name if name else page
            assert target.exists(), (page.name, name)
            assert not anchor or anchor in anchors(target), (page.name, name, anchor)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the titles of a page."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
