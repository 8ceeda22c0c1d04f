"""Queries: a request is validated, planned, and its rows are decoded.

Nothing here needs an event loop, a server or a generated client.
"""
