"""The client: what generated code stands on, and every override of its seams."""
