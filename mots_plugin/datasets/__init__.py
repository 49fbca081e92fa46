"""Videos as mmdet datasets: which frames are read, how they are changed, and how they are packed for a model."""

from mots_plugin.datasets.mots_video import MOTSVideoDataset
from mots_plugin.datasets.samplers import ClipSampler, WholeVideoSampler
from mots_plugin.datasets.transforms import (
    ClipFrameSample,
    FitBoxesToMasks,
    LoadFlow,
    LoadFrameImage,
    LoadMOTSAnnotations,
    PackMOTSInputs,
    RandomGamma,
)

__all__ = [
    "ClipFrameSample",
    "ClipSampler",
    "FitBoxesToMasks",
    "LoadFlow",
    "LoadFrameImage",
    "LoadMOTSAnnotations",
    "MOTSVideoDataset",
    "PackMOTSInputs",
    "RandomGamma",
    "WholeVideoSampler",
]
