"""What a schema asks of a database: its indexes and their options. Pure, shared by the stores."""
