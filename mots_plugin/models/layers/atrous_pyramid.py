"""Atrous spatial pyramid pooling (DeepLabv3, Chen et al. 2017, section 3.3).

Shapes: B maps of C channels on H x W cells.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmdet.registry import MODELS
from mmdet.utils import ConfigType, OptConfigType
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class AtrousSpatialPyramidPooling(BaseModule):
    """Context at several scales: a 1x1 convolution, dilated 3x3 convolutions, and the average of the whole map.

    Args:
        in_channels: C.
        channels: Channels of each branch and of the output.
        dilations: Rates of the 3x3 convolutions; (6, 12, 18) on features of stride 16 in the paper.
        depthwise_separable: Make the 3x3 convolutions depthwise separable, as DeepLabv3+ does.
        norm_cfg: Normalisation of the convolutions. The average's branch has none: it is one cell.
        act_cfg: Activation.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int = 256,
        dilations: Sequence[int] = (6, 12, 18),
        depthwise_separable: bool = False,
        norm_cfg: OptConfigType = None,
        act_cfg: ConfigType = {"type": "ReLU"},  # noqa: B006
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(init_cfg)
        dilated = DepthwiseSeparableConvModule if depthwise_separable else ConvModule
        layers = {"norm_cfg": norm_cfg, "act_cfg": act_cfg}
        self.branches = nn.ModuleList(
            [ConvModule(in_channels, channels, 1, **layers)]
            + [dilated(in_channels, channels, 3, padding=rate, dilation=rate, **layers) for rate in dilations]
        )
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), ConvModule(in_channels, channels, 1, act_cfg=act_cfg))
        self.project = ConvModule((len(dilations) + 2) * channels, channels, 1, **layers)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, channels, H, W)."""
        average = self.average(features).expand(-1, -1, *features.shape[2:])
        return self.project(torch.cat([*(branch(features) for branch in self.branches), average], dim=1))
