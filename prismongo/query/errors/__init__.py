"""The errors of a query: `refusals` of validation, `stored` values, `related` records."""
