"""decode: rows → the answer, by a reader made once a class and selection."""
