"""`make bench`: measures operations against PyMongo, PyMongo with pydantic, and Beanie."""
