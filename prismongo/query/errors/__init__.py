"""Errors of queries: of the `input`, of `stored` values, and of `related` records."""
