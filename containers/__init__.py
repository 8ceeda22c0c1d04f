"""Application containers: the root that reads configuration, and a folder a feature."""
