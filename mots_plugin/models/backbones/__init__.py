"""Backbones that mmdet does not have."""

from .erfnet import ERFNetEncoder
from .tensorflow_resnet import TensorFlowResLayer, TensorFlowResNet

__all__ = ["ERFNetEncoder", "TensorFlowResLayer", "TensorFlowResNet"]
