"""The commands: `prismongo …`, the same as `python -m prismongo …`. Above everything else.

program ──▶ commands ──▶ runs ──▶ arguments, terminal
"""

from prismongo.cli.commands import COMMANDS, Command
from prismongo.cli.program import main

__all__ = ["COMMANDS", "Command", "main"]
