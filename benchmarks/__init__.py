"""What operations cost beside PyMongo's dicts, PyMongo with pydantic, and Beanie: `make bench`."""
