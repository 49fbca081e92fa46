"""Network layers: context in space and in time."""

from .atrous_pyramid import AtrousSpatialPyramidPooling
from .conv_lstm import TemporalConvLSTM
from .frame_stream import FrameFeatures, FrameStream
from .temporal_conv3d import TemporalConv3D

__all__ = ["AtrousSpatialPyramidPooling", "FrameFeatures", "FrameStream", "TemporalConv3D", "TemporalConvLSTM"]
