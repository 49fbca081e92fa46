"""Decoder of DeepLabv3+ for one mask (Chen et al., ECCV 2018, section 3.1).

Shapes: B crops, S x S' pixels of network input.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmdet.registry import MODELS
from mmdet.utils import ConfigType, OptConfigType
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional


@MODELS.register_module()
class DeepLabMaskHead(BaseModule):
    """Context from coarse features, edges from fine ones.

    Args:
        in_channels: Channels of the two feature maps used, the fine one (stride 4 in the paper) first.
        context: Config of a layer over the coarse features, such as :class:`AtrousSpatialPyramidPooling`.
        context_channels: Channels of its output.
        fine_channels: The fine features are reduced to so many, 48 in the paper, lest they outweigh the context.
        channels: Channels of the two last convolutions.
        depthwise_separable: Make those depthwise separable, as the paper does.
        norm_cfg: Normalisation.
        losses: Configs by name (``loss_…``) of losses that take logits (B, S * S') and targets of the same shape.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        context: ConfigType,
        losses: dict[str, ConfigType],
        context_channels: int = 256,
        fine_channels: int = 48,
        channels: int = 256,
        depthwise_separable: bool = False,
        norm_cfg: OptConfigType = None,
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(init_cfg)
        fine, coarse = in_channels
        convolution = DepthwiseSeparableConvModule if depthwise_separable else ConvModule
        self.context = MODELS.build({"in_channels": coarse, "channels": context_channels, **context})
        self.reduce = ConvModule(fine, fine_channels, 1, norm_cfg=norm_cfg)
        self.refine = nn.Sequential(
            convolution(context_channels + fine_channels, channels, 3, padding=1, norm_cfg=norm_cfg),
            convolution(channels, channels, 3, padding=1, norm_cfg=norm_cfg),
        )
        self.classify = nn.Conv2d(channels, 1, 1)
        self.losses = nn.ModuleDict({name: MODELS.build(loss) for name, loss in losses.items()})

    def forward(self, features: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Map a fine and a coarse feature map to (B, S, S') logits of the given size."""
        fine, coarse = features
        context = functional.interpolate(self.context(coarse), fine.shape[2:], mode="bilinear", align_corners=False)
        logits = self.classify(self.refine(torch.cat([context, self.reduce(fine)], dim=1)))
        return functional.interpolate(logits, tuple(size), mode="bilinear", align_corners=False)[:, 0]

    def loss(self, logits: Tensor, masks: Tensor) -> dict[str, Tensor]:
        """Losses of (B, S, S') logits against masks of 0 and 1 of the same shape."""
        return {name: loss(logits.flatten(1), masks.flatten(1)) for name, loss in self.losses.items()}
