"""The indexes and options that a schema asks for; both stores use them."""
