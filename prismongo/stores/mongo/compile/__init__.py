"""compile: steps and filters → commands of MongoDB. Pure: `execute` sends them."""
