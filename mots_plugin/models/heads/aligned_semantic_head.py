"""MAPT's semantic head: a dense prediction cell on dilated features, refined by the two finest levels of the pyramid.

Shapes: B images of H x W pixels, K classes.
"""

from __future__ import annotations

from typing import Any

import torch
from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.utils import ConfigType, OptConfigType
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.models.layers.dense_prediction_cell import DensePredictionCell

VOID = 255


@MODELS.register_module()
class AlignedSemanticHead(BaseModule):
    """Semantic features and class scores of every pixel (MAPT, section III-A; the layout is that of APSNet's code).

    Args:
        num_classes: K.
        context_channels: Channels of the dilated backbone map at stride 16.
        pyramid_channels: Channels of the pyramid.
        channels: Channels of the semantic features.
        skip_channels: Channels that the pyramid's levels at stride 8 and 4 are cut down to before they join.
        separable: Refine by depthwise-separable convolutions, as published; plain ones cost less time on CPUs.
        subpixels: Class scores each way in a cell of stride 4, put side by side (Wang et al. 2018, "Understanding
            Convolution for Semantic Segmentation"): what is thinner than a cell is lost otherwise. 1 in the paper.
        stem_channels: Channels of the backbone's first map, by which class scores are refined; its resolution is
            ``subpixels`` times that of stride 4. None, as in the paper: scores of the semantic features alone.
        loss_stride: The loss looks at one pixel in a square of so many each way, another one every time. 1 in the
            paper; where scores are no finer, more pixels cost time and teach little.
        norm_cfg: Normalisation of all layers but the last.
        act_cfg: Activation of all layers but the last.
        loss: Config of the loss, called with logits and classes of pixels, (B, K, h, w) and (B, h, w).
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        num_classes: int,
        context_channels: int,
        pyramid_channels: int = 256,
        channels: int = 128,
        skip_channels: tuple[int, int] = (32, 16),
        separable: bool = True,
        subpixels: int = 1,
        stem_channels: int | None = None,
        loss_stride: int = 1,
        norm_cfg: OptConfigType = None,
        act_cfg: OptConfigType = None,
        loss: ConfigType = {"type": "HardestPixelsCrossEntropyLoss"},  # noqa: B006
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(init_cfg)
        layers: dict[str, Any] = {"norm_cfg": norm_cfg, "act_cfg": act_cfg}
        self.context = DensePredictionCell(context_channels, channels, **layers)
        self.skips = nn.ModuleList(ConvModule(pyramid_channels, skipped, 1, **layers) for skipped in skip_channels)
        refining = DepthwiseSeparableConvModule if separable else ConvModule
        self.refinements = nn.ModuleList(
            nn.Sequential(
                refining(channels + skipped, channels, 3, padding=1, **layers),
                refining(channels, channels, 3, padding=1, **layers),
            )
            for skipped in skip_channels
        )
        self.subpixels = subpixels
        self.stem_channels = stem_channels
        if stem_channels is None:
            self.classify = nn.Conv2d(channels, num_classes * subpixels**2, 1)
        else:
            fine = channels // 2
            self.divide = nn.Conv2d(channels, fine * subpixels**2, 1)
            self.refine_with_stem = ConvModule(fine + stem_channels, fine, 3, padding=1, **layers)
            self.classify = nn.Conv2d(fine, num_classes, 1)
        self.loss_stride = loss_stride
        self.loss_function = MODELS.build(loss)

    def forward(
        self, pyramid: tuple[Tensor, ...], context: Tensor, stem: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Compute semantic features and class scores.

        Args:
            pyramid: (B, C, H/4, W/4) and (B, C, H/8, W/8), then coarser levels, which are not used.
            context: (B, C', H/16, W/16) dilated features of the backbone.
            stem: (B, ``stem_channels``, h, w) first map of the backbone, where the head takes one.

        Returns:
            (B, channels, H/4, W/4) semantic features S and (B, K, h, w) logits, ``subpixels`` as many each way.
        """
        features = self.context(context)
        for level, skip, refine in zip((pyramid[1], pyramid[0]), self.skips, self.refinements, strict=True):
            features = functional.interpolate(features, size=level.shape[2:], mode="bilinear", align_corners=False)
            features = refine(torch.cat([features, skip(level)], dim=1))
        if stem is None:
            return features, functional.pixel_shuffle(self.classify(features), self.subpixels)
        divided = functional.pixel_shuffle(self.divide(features), self.subpixels)
        return features, self.classify(self.refine_with_stem(torch.cat([divided, stem], dim=1)))

    def loss(self, logits: Tensor, samples: SampleList, size: tuple[int, int]) -> dict[str, Tensor]:
        """Return ``loss_semantic`` of the input's pixels.

        Args:
            logits: (B, K, h, w).
            samples: B samples with ``gt_sem_seg.sem_seg`` (1, h, w), void 255; h, w without the batch's padding.
            size: Height and width of the input, padding included.
        """
        row, column = (int(torch.randint(self.loss_stride, ())) for _ in range(2))
        targets = self.get_targets(samples, size)[:, row :: self.loss_stride, column :: self.loss_stride]
        enlarged = functional.interpolate(logits, size=targets.shape[1:], mode="bilinear", align_corners=False)
        return {"loss_semantic": self.loss_function(enlarged, targets)}

    def get_targets(self, samples: SampleList, size: tuple[int, int]) -> Tensor:
        """Return (B, H, W) int64 classes; padding is void."""
        maps = [sample.gt_sem_seg.sem_seg[0].long() for sample in samples]
        padded = [
            functional.pad(map_, (0, size[1] - map_.shape[1], 0, size[0] - map_.shape[0]), value=VOID) for map_ in maps
        ]
        return torch.stack(padded)
