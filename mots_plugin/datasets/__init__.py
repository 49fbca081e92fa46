"""Videos as mmdet datasets: which frames are read, how they are changed, and how they are packed for a model."""

from mots_plugin.datasets.identified_boxes import IdentifiedBoxDataset
from mots_plugin.datasets.joint import JointIdentityDataset
from mots_plugin.datasets.mots_frames import MOTSFrameDataset
from mots_plugin.datasets.mots_video import MOTSVideoDataset
from mots_plugin.datasets.object_crops import ObjectCropDataset
from mots_plugin.datasets.panoptic_video import PanopticVideoDataset
from mots_plugin.datasets.replacement_sampler import ReplacementSampler
from mots_plugin.datasets.samplers import ClipSampler, FramePairSampler, WholeVideoSampler
from mots_plugin.datasets.track_crops import DistinctTrackSampler, TrackCropDataset, join_crops
from mots_plugin.datasets.transforms import (
    ClipFrameSample,
    CropAroundBox,
    CropAroundObject,
    FitBoxesToMasks,
    JitterBox,
    Letterbox,
    LoadFlow,
    LoadFrameImage,
    LoadGivenMasks,
    LoadIdentifiedBoxes,
    LoadMOTSAnnotations,
    LoadPanopticMap,
    PackIdentifiedBoxes,
    PackMOTSInputs,
    PackPanopticInputs,
    PairFrameSample,
    PasteObjects,
    RandomBoxAffine,
    RandomGamma,
    RandomSaturationValue,
)

__all__ = [
    "ClipFrameSample",
    "ClipSampler",
    "CropAroundBox",
    "CropAroundObject",
    "DistinctTrackSampler",
    "FitBoxesToMasks",
    "FramePairSampler",
    "IdentifiedBoxDataset",
    "JitterBox",
    "JointIdentityDataset",
    "Letterbox",
    "LoadFlow",
    "LoadFrameImage",
    "LoadGivenMasks",
    "LoadIdentifiedBoxes",
    "LoadMOTSAnnotations",
    "LoadPanopticMap",
    "MOTSFrameDataset",
    "MOTSVideoDataset",
    "ObjectCropDataset",
    "PackIdentifiedBoxes",
    "PackMOTSInputs",
    "PackPanopticInputs",
    "PairFrameSample",
    "PanopticVideoDataset",
    "PasteObjects",
    "RandomBoxAffine",
    "RandomGamma",
    "RandomSaturationValue",
    "ReplacementSampler",
    "TrackCropDataset",
    "WholeVideoSampler",
    "join_crops",
]
