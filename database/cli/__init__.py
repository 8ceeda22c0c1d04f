"""`python -m database …`, also `kraken-db`: thin commands over the rooms of the house.

program ──▶ commands ──▶ arguments, terminal
"""

from database.cli.commands import COMMANDS, Command
from database.cli.program import main

__all__ = ["COMMANDS", "Command", "main"]
