"""MAPT's motion head: instance masks carried from one frame to the next by deformable convolutions.

Shapes: N instances, C channels of semantic features, h x w cells of the head (those of the semantic features, or
coarser), D dilations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmdet.registry import MODELS
from mmdet.utils import ConfigType, OptConfigType
from mmengine.model import BaseModule, constant_init
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.ops.shared_deformable import shared_deformable_conv


@MODELS.register_module()
class MotionPropagationHead(BaseModule):
    """Predicts where each cell's content came from, and moves all instance masks there at once (MAPT, section III-B).

    The difference of the two frames' semantic features passes a residual block and gives one offset field a dilation.
    The fields are shared by all instances of a frame: each is the sampling grid of a deformable convolution over every
    instance mask. Their outputs, side by side, are the propagated features; a 1x1 convolution turns them into a mask.

    Args:
        in_channels: C.
        stride: The head works on cells this many times larger than those of the semantic features.
        mask_channels: Channels that each deformable convolution makes of a mask.
        kernel_size: Size k of the deformable convolutions.
        dilations: Of the convolutions that predict offsets, and of the deformable convolutions they steer.
        norm_cfg: Normalisation in the residual block.
        act_cfg: Activation.
        loss: Config of the loss, called with (N, h, w) masks and targets.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        in_channels: int = 128,
        stride: int = 2,
        mask_channels: int = 16,
        kernel_size: int = 3,
        dilations: Sequence[int] = (1, 3, 6, 12),
        norm_cfg: OptConfigType = None,
        act_cfg: ConfigType = {"type": "LeakyReLU"},  # noqa: B006
        loss: ConfigType = {"type": "SoftIoULoss"},  # noqa: B006
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(init_cfg)
        layers: dict[str, Any] = {"norm_cfg": norm_cfg, "act_cfg": act_cfg}
        self.stride = stride
        self.dilations = tuple(dilations)
        self.kernel_size = kernel_size
        self.mask_channels = mask_channels
        self.feature_channels = mask_channels * len(self.dilations)
        self.residual = nn.Sequential(
            ConvModule(in_channels, in_channels, 3, padding=1, **layers),
            ConvModule(in_channels, in_channels, 3, padding=1, norm_cfg=norm_cfg, act_cfg=None),
        )
        self.activate = MODELS.build(act_cfg)
        self.offsets = nn.ModuleList(
            nn.Conv2d(in_channels, 2 * kernel_size**2, 3, padding=dilation, dilation=dilation)
            for dilation in self.dilations
        )
        self.kernels = nn.Parameter(torch.empty(len(self.dilations), mask_channels, kernel_size, kernel_size))
        self.to_mask = nn.Conv2d(self.feature_channels, 1, 1)
        self.loss_function = MODELS.build(loss)

    def init_weights(self) -> None:
        """Start from masks that stay where they are: no offsets, kernels that look at their centre most."""
        super().init_weights()
        for layer in self.offsets:
            constant_init(layer, 0)
        nn.init.normal_(self.kernels, std=0.1)
        middle = self.kernel_size // 2
        with torch.no_grad():
            self.kernels[:, :, middle, middle] += 1.0
        constant_init(self.to_mask, 8 / self.feature_channels, bias=-4)

    def forward(self, before: Tensor, now: Tensor, masks: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Carry masks along, for B pairs of frames.

        Args:
            before: (B, C, H, W) semantic features of the frames that the masks are from.
            now: (B, C, H, W) those of the frames they are carried to.
            masks: For each pair (N, h, w) masks in [0, 1], at the head's resolution (:meth:`mask_size`).

        Returns:
            For each pair (N, D * mask_channels, h, w) propagated features and (N, h, w) logits of the propagated masks.
        """
        difference = before - now
        if self.stride > 1:
            difference = functional.avg_pool2d(difference, self.stride, ceil_mode=True)
        motion = self.activate(difference + self.residual(difference))
        offsets = [layer(motion).float() for layer in self.offsets]
        return [self._carry(part, [field[pair] for field in offsets]) for pair, part in enumerate(masks)]

    def _carry(self, masks: Tensor, offsets: list[Tensor]) -> tuple[Tensor, Tensor]:
        if not len(masks):
            features = masks.new_zeros(0, self.feature_channels, *masks.shape[1:])
            return features, features[:, 0]
        moved = [
            shared_deformable_conv(masks, field, kernel, dilation)
            for field, kernel, dilation in zip(offsets, self.kernels, self.dilations, strict=True)
        ]
        features = self.activate(torch.cat(moved, dim=1))
        return features, self.to_mask(features)[:, 0]

    def mask_size(self, features: Tensor) -> tuple[int, int]:
        """Return the height and width of masks for semantic features (…, H, W)."""
        return -(-features.shape[-2] // self.stride), -(-features.shape[-1] // self.stride)

    def loss(self, logits: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return ``loss_motion``.

        Args:
            logits: (N, h, w) of propagated masks.
            targets: (N, h, w) masks of the same instances in the frame they were carried to; those that are empty
                there take no part.
        """
        seen = targets.flatten(1).any(dim=1)
        return {"loss_motion": self.loss_function(logits[seen].float().sigmoid(), targets[seen])}
