"""Backbones that mmdet does not have."""

from .tensorflow_resnet import TensorFlowResLayer, TensorFlowResNet

__all__ = ["TensorFlowResLayer", "TensorFlowResNet"]
