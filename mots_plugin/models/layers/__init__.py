"""Network layers that carry time."""

from .temporal_conv3d import TemporalConv3D

__all__ = ["TemporalConv3D"]
