"""decode: rows → the answer, by a reader that is compiled once per class and selection."""
