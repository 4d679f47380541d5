"""The dashboard: perform() and snapshots in, pictures out."""
