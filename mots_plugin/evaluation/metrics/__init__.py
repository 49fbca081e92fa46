"""Metrics registered for mmengine; importing them registers them."""

from mots_plugin.evaluation.metrics.box_track_metric import BoxTrackMetric
from mots_plugin.evaluation.metrics.detection_ap_metric import DetectionAPMetric
from mots_plugin.evaluation.metrics.detection_recorder import DetectionRecorder
from mots_plugin.evaluation.metrics.mots_metric import MOTSMetric
from mots_plugin.evaluation.metrics.panoptic_track_metric import PanopticTrackMetric
from mots_plugin.evaluation.metrics.retrieval_metric import RetrievalMetric

__all__ = [
    "BoxTrackMetric",
    "DetectionAPMetric",
    "DetectionRecorder",
    "MOTSMetric",
    "PanopticTrackMetric",
    "RetrievalMetric",
]
