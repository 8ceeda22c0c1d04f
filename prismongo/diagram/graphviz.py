"""DOT → SVG, by the program `dot` of Graphviz, if it is installed."""

from __future__ import annotations

import shutil
import subprocess

from prismongo.errors import ConfigurationError


def svg_text(dot: str) -> str:
    """The SVG of a text in DOT.

    Raises:
        ConfigurationError: Graphviz is not installed, or fails.
    """
    program = shutil.which("dot")
    if program is None:
        raise ConfigurationError(
            "SVG needs Graphviz, and there is no `dot` on the PATH. Install Graphviz, or write a "
            ".mmd file (Mermaid) or a .dot file."
        )
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=dot.encode(), capture_output=True, check=False
        )
    except OSError as error:
        raise ConfigurationError(f"{program} cannot be run: {error.strerror}.") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()
        raise ConfigurationError(f"{program} failed with status {done.returncode}: {reason}")
    return done.stdout.decode()
