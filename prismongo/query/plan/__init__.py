"""plan: Operation → Plan, a generator of steps."""
