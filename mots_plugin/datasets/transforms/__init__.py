"""Transforms of clips: dicts whose values are lists with one entry a frame (mmdet's convention for videos).

Frame transforms, mmdet's and ours, run inside ``dict(type='TransformBroadcaster', share_random_params=True, …)``,
which draws random parameters once a clip.
"""

from mots_plugin.datasets.transforms.annotations import FitBoxesToMasks, LoadIdentifiedBoxes, LoadMOTSAnnotations
from mots_plugin.datasets.transforms.box_affine import RandomBoxAffine
from mots_plugin.datasets.transforms.centred_crop import CropAroundObject
from mots_plugin.datasets.transforms.flow import LoadFlow
from mots_plugin.datasets.transforms.frame_pairs import PairFrameSample
from mots_plugin.datasets.transforms.frame_sampling import ClipFrameSample
from mots_plugin.datasets.transforms.gamma import RandomGamma
from mots_plugin.datasets.transforms.given_masks import LoadGivenMasks
from mots_plugin.datasets.transforms.images import BlankFrameImage, LoadFrameImage
from mots_plugin.datasets.transforms.letterbox import Letterbox
from mots_plugin.datasets.transforms.object_crops import CropAroundBox, JitterBox
from mots_plugin.datasets.transforms.packing import PackIdentifiedBoxes, PackMOTSInputs
from mots_plugin.datasets.transforms.panoptic import LoadPanopticMap, PackPanopticInputs
from mots_plugin.datasets.transforms.pasting import PasteObjects
from mots_plugin.datasets.transforms.saturation_value import RandomSaturationValue

__all__ = [
    "BlankFrameImage",
    "ClipFrameSample",
    "CropAroundBox",
    "CropAroundObject",
    "FitBoxesToMasks",
    "JitterBox",
    "Letterbox",
    "LoadFlow",
    "LoadFrameImage",
    "LoadGivenMasks",
    "LoadIdentifiedBoxes",
    "LoadMOTSAnnotations",
    "LoadPanopticMap",
    "PackIdentifiedBoxes",
    "PackMOTSInputs",
    "PackPanopticInputs",
    "PairFrameSample",
    "PasteObjects",
    "RandomBoxAffine",
    "RandomGamma",
    "RandomSaturationValue",
]
