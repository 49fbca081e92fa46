"""Backbones that mmdet does not have."""

from .erfnet import ERFNetEncoder
from .regnet_y import RegNetY
from .tensorflow_resnet import TensorFlowResLayer, TensorFlowResNet

__all__ = ["ERFNetEncoder", "RegNetY", "TensorFlowResLayer", "TensorFlowResNet"]
