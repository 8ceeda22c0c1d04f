"""Stores: a step goes in, rows come out. `mongo` asks a server, `memory` evaluates in Python."""
