"""Mask R-CNN's mask head with depthwise-separable convolutions."""

from __future__ import annotations

from typing import Any

from mmcv.cnn import DepthwiseSeparableConvModule
from mmdet.models.roi_heads.mask_heads import FCNMaskHead
from mmdet.registry import MODELS


@MODELS.register_module()
class SeparableMaskHead(FCNMaskHead):
    """:class:`FCNMaskHead` whose 3x3 convolutions are depthwise separable (MAPT, section III-A; EfficientPS).

    Args:
        act_cfg: Activation of the convolutions; that after the upsampling stays ReLU, as in EfficientPS' code.
        **kwargs: Arguments of ``FCNMaskHead``.
    """

    def __init__(self, act_cfg: dict | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        layers: dict[str, Any] = {"norm_cfg": self.norm_cfg, "act_cfg": act_cfg or {"type": "ReLU"}}
        for index, conv in enumerate(self.convs):
            self.convs[index] = DepthwiseSeparableConvModule(
                conv.in_channels, conv.out_channels, conv.kernel_size, padding=conv.padding, **layers
            )
