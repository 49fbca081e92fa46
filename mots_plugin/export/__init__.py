"""Networks as ONNX files, and trackers whose networks run from such files."""
