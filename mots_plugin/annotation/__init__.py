"""Masks where there are boxes: baselines, frames to annotate, and what passes to and from the annotator. No torch."""
