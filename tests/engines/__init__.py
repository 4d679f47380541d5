"""Real servers for tests: each is started once, in a temporary folder, and gone at the end."""
