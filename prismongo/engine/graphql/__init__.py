"""The text door: GraphQL documents, as upstream's query builder writes them → Requests."""
