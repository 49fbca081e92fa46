"""mmdet's ResNet with the padding of TensorFlow, for weights that were trained with it."""

from __future__ import annotations

from typing import Any

from mmdet.models.backbones import ResNet
from mmdet.models.roi_heads.shared_heads import ResLayer
from mmdet.registry import MODELS

from mots_plugin.models.layers.tensorflow_padding import pad_as_tensorflow


@MODELS.register_module()
class TensorFlowResNet(ResNet):
    """ResNet as tensorpack, and with it the released TrackR-CNN, pads it.

    Weights have the names and shapes of mmdet's ``ResNet``; only where strided layers look at differs.

    Args:
        **kwargs: Arguments of ``ResNet``.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pad_as_tensorflow(self)


@MODELS.register_module()
class TensorFlowResLayer(ResLayer):
    """One stage of the same network as the shared head of a region head.

    Args:
        **kwargs: Arguments of ``ResLayer``.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pad_as_tensorflow(self)
