"""Metrics as pure functions of arrays and of masks as read from files; no torch."""
