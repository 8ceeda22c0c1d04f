"""Change streams of a server: opened, decoded, and opened again where they broke off."""
