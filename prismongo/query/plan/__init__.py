"""plan: Operation → Plan, the generator of frozen steps that answers it."""
