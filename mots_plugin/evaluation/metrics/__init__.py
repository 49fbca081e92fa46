"""Metrics registered for mmengine; importing them registers them."""

from mots_plugin.evaluation.metrics.mots_metric import MOTSMetric

__all__ = ["MOTSMetric"]
