"""The dense prediction cell (Chen et al. 2018, figure 5), found by search for street scenes.

Shapes: B maps of C channels on H x W cells.
"""

from __future__ import annotations

from typing import Any

import torch
from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmdet.registry import MODELS
from mmdet.utils import OptConfigType
from mmengine.model import BaseModule
from torch import Tensor


@MODELS.register_module()
class DensePredictionCell(BaseModule):
    """Five separable 3x3 convolutions, dilated by unlike rates along the axes, four of them on others' outputs.

    Args:
        in_channels: C.
        channels: Channels of each convolution and of the output.
        norm_cfg: Normalisation after every layer.
        act_cfg: Activation after it.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int = 128,
        norm_cfg: OptConfigType = None,
        act_cfg: OptConfigType = None,
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(init_cfg)
        layers: dict[str, Any] = {"norm_cfg": norm_cfg, "act_cfg": act_cfg}

        def dilated(inputs: int, rows: int, columns: int) -> DepthwiseSeparableConvModule:
            rates = (rows, columns)
            return DepthwiseSeparableConvModule(inputs, channels, 3, padding=rates, dilation=rates, **layers)

        self.first = dilated(in_channels, 1, 6)
        self.near = dilated(channels, 1, 1)
        self.wide = dilated(channels, 6, 21)
        self.far = dilated(channels, 18, 15)
        self.after_far = dilated(channels, 6, 3)
        self.project = ConvModule(5 * channels, channels, 1, **layers)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, channels, H, W)."""
        first = self.first(features)
        far = self.far(first)
        branches = [first, self.near(first), self.wide(first), far, self.after_far(far)]
        return self.project(torch.cat(branches, dim=1))
