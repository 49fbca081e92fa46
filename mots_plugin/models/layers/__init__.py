"""Network layers that carry time."""

from .conv_lstm import TemporalConvLSTM
from .frame_stream import FrameFeatures, FrameStream
from .temporal_conv3d import TemporalConv3D

__all__ = ["FrameFeatures", "FrameStream", "TemporalConv3D", "TemporalConvLSTM"]
