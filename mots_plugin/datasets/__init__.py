"""Videos as mmdet datasets: which frames are read, how they are changed, and how they are packed for a model."""

from mots_plugin.datasets.mots_video import MOTSVideoDataset
from mots_plugin.datasets.object_crops import ObjectCropDataset
from mots_plugin.datasets.samplers import ClipSampler, WholeVideoSampler
from mots_plugin.datasets.transforms import (
    ClipFrameSample,
    CropAroundBox,
    FitBoxesToMasks,
    JitterBox,
    LoadFlow,
    LoadFrameImage,
    LoadMOTSAnnotations,
    PackMOTSInputs,
    RandomGamma,
)

__all__ = [
    "ClipFrameSample",
    "ClipSampler",
    "CropAroundBox",
    "FitBoxesToMasks",
    "JitterBox",
    "LoadFlow",
    "LoadFrameImage",
    "LoadMOTSAnnotations",
    "MOTSVideoDataset",
    "ObjectCropDataset",
    "PackMOTSInputs",
    "RandomGamma",
    "WholeVideoSampler",
]
