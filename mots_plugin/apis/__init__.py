"""Python entry points."""
