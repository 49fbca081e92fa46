"""Network layers: context in space and in time."""

from .atrous_pyramid import AtrousSpatialPyramidPooling
from .conv_lstm import TemporalConvLSTM
from .dense_prediction_cell import DensePredictionCell
from .erfnet import ERFNetDecoder
from .frame_stream import FrameFeatures, FrameStream
from .identity_banks import IdentityBanks
from .prototype_masks import PrototypeMaskBranch
from .task_weighting import (
    FixedTaskWeighting,
    MagnitudeTaskWeighting,
    MinimumNormTaskWeighting,
    TaskWeighting,
    UncertaintyTaskWeighting,
)
from .temporal_conv3d import TemporalConv3D

__all__ = [
    "AtrousSpatialPyramidPooling",
    "DensePredictionCell",
    "ERFNetDecoder",
    "FixedTaskWeighting",
    "FrameFeatures",
    "FrameStream",
    "IdentityBanks",
    "MagnitudeTaskWeighting",
    "MinimumNormTaskWeighting",
    "PrototypeMaskBranch",
    "TaskWeighting",
    "TemporalConv3D",
    "TemporalConvLSTM",
    "UncertaintyTaskWeighting",
]
