"""compile: steps and filters → commands of MongoDB. `execute` sends them."""
