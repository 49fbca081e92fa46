"""The encoder of ERFNet (Romera et al. 2018), which PointTrack segments with."""

from __future__ import annotations

from collections.abc import Sequence

from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.models.layers.erfnet import DownsamplerBlock, NonBottleneck1d


@MODELS.register_module()
class ERFNetEncoder(BaseModule):
    """Three downsamplings, with residual blocks behind the second and, dilated, behind the third.

    Args:
        channels: C at strides 2, 4 and 8.
        shallow_blocks: Residual blocks at stride 4.
        dilations: Of the residual blocks at stride 8, one each.
        dropouts: Probability of dropping a channel of a residual at strides 4 and 8.
        input_scale: Factor by which the image is enlarged first, bicubically; 2 in PointTrack++.
        init_cfg: Initialisation config; torch's own by default, as released.
    """

    def __init__(
        self,
        channels: Sequence[int] = (16, 64, 128),
        shallow_blocks: int = 5,
        dilations: Sequence[int] = (2, 4, 8, 16, 2, 4, 8, 16),
        dropouts: Sequence[float] = (0.03, 0.3),
        input_scale: int = 1,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.input_scale = input_scale
        self.initial_block = DownsamplerBlock(3, channels[0])
        self.layers = nn.ModuleList(
            [
                DownsamplerBlock(channels[0], channels[1]),
                *(NonBottleneck1d(channels[1], dropouts[0], 1) for _ in range(shallow_blocks)),
                DownsamplerBlock(channels[1], channels[2]),
                *(NonBottleneck1d(channels[2], dropouts[1], dilation) for dilation in dilations),
            ]
        )

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Map (B, 3, H, W) images to one level of features, (B, C, s H / 8, s W / 8) with s the input scale."""
        if self.input_scale > 1:
            images = functional.interpolate(images, scale_factor=self.input_scale, mode="bicubic", align_corners=False)
        features = self.initial_block(images)
        for layer in self.layers:
            features = layer(features)
        return (features,)
