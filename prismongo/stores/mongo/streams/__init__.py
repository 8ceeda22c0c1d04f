"""Change streams of a server: opens them, reads events, and resumes after interruptions."""
