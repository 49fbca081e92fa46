"""Evaluation: metrics on files and on running tests, and the writer of results."""
