"""validate: Request → Operation. The only place that rejects input; nothing later checks again."""
