"""Values of scalar types: what a client hands in → BSON, and stored BSON → Python or JSON."""
