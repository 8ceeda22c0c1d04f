"""`prismongo …`, also `python -m prismongo …`: thin commands over the rooms of the house.

program ──▶ commands ──▶ arguments, terminal
"""

from prismongo.cli.commands import COMMANDS, Command
from prismongo.cli.program import main

__all__ = ["COMMANDS", "Command", "main"]
