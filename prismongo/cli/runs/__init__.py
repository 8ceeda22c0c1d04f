"""What the commands do: a module a command, imported only when it is run."""
