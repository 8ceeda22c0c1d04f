"""What was asked: requests, their validation against the datamodel, and the plan that answers them.

Everything here is pure: no event loop, no server, no generated client.
"""
