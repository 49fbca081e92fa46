"""A result as one HTML page: data in, text out. Nothing here knows a metric, a file format or a network."""
