"""What is broken in an environment, found without importing any of it here."""
