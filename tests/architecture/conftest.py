"""The architecture's tests."""

collect_ignore = ["application"]  # an application of its own, with tests of its own
