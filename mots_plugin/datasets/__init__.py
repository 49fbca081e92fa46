"""Videos as mmdet datasets: which frames are read, how they are changed, and how they are packed for a model."""

from mots_plugin.datasets.mots_frames import MOTSFrameDataset
from mots_plugin.datasets.mots_video import MOTSVideoDataset
from mots_plugin.datasets.object_crops import ObjectCropDataset
from mots_plugin.datasets.replacement_sampler import ReplacementSampler
from mots_plugin.datasets.samplers import ClipSampler, WholeVideoSampler
from mots_plugin.datasets.transforms import (
    ClipFrameSample,
    CropAroundBox,
    CropAroundObject,
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
    "CropAroundObject",
    "FitBoxesToMasks",
    "JitterBox",
    "LoadFlow",
    "LoadFrameImage",
    "LoadMOTSAnnotations",
    "MOTSFrameDataset",
    "MOTSVideoDataset",
    "ObjectCropDataset",
    "PackMOTSInputs",
    "RandomGamma",
    "ReplacementSampler",
    "WholeVideoSampler",
]
