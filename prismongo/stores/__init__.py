"""Stores execute steps: `mongo` on a server, `memory` in Python."""
