"""`push`: creates the collections and indexes of a schema in a database.

`plan` compares the wanted indexes (`stores/wanted`) with the existing ones (`inspect`); `apply`
executes the steps of the plan.
"""
