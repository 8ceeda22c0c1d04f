"""The live database's collections and indexes: what a Datamodel wants, what is there, and `push`.

`wanted` (Datamodel → specs) and `found` (server → specs) meet in `plan`; `apply` carries it out.
"""
