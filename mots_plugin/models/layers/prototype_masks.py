"""Masks of detections from prototypes of the whole image: YOLACT's idea, kept within the boxes.

Shapes: B images, N detections of all of them, K prototypes, g x g cells of attention and s x s pixels of a mask in its
box; A anchors a cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmcv.cnn import ConvModule
from mmcv.ops import roi_align
from mmdet.registry import MODELS
from mmdet.structures.mask import BitmapMasks
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional


@MODELS.register_module()
class PrototypeMaskBranch(BaseModule):
    """Prototypes at twice the finest resolution, and for every detection what to make of them.

    A mask is the sum of the prototypes inside the box, each times a coarse map of attention (as BlendMask has it; with
    one cell it is YOLACT's coefficient), plus one such map by itself. The maps are linear in the bridge features of the
    detection's cell and computed for detections only, so the cost beside the prototypes grows with their number.

    Args:
        in_channels: Channels of the finest of the neck's maps.
        bridge_channels: Channels of the head's bridges, one a scale.
        num_anchors: A.
        stride: Pixels a cell of the finest map.
        channels: Hidden channels.
        num_prototypes: K.
        attention_size: g.
        mask_size: s.
        max_masks: Detections an image that training looks at, drawn at random.
        loss_weight: Factor on the loss.
        norm_cfg: Normalisation of the hidden layers.
        act_cfg: Activation of the hidden layers.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        in_channels: int,
        bridge_channels: Sequence[int],
        num_anchors: int = 4,
        stride: int = 8,
        channels: int = 32,
        num_prototypes: int = 8,
        attention_size: int = 5,
        mask_size: int = 28,
        max_masks: int = 16,
        loss_weight: float = 1.0,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.num_anchors = num_anchors
        self.stride = stride
        self.attention_size = attention_size
        self.mask_size = mask_size
        self.max_masks = max_masks
        self.loss_weight = loss_weight
        style = {"norm_cfg": norm_cfg or {"type": "BN"}, "act_cfg": act_cfg or {"type": "ReLU"}}
        self.prototypes = nn.Sequential(
            ConvModule(in_channels, channels, 3, padding=1, **style),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            ConvModule(channels, channels, 3, padding=1, **style),
            nn.Conv2d(channels, num_prototypes, 1),
        )
        maps = num_anchors * (num_prototypes + 1) * attention_size**2
        self.attention = nn.ModuleList(nn.Linear(width, maps) for width in bridge_channels)

    def attend(self, scale: int, vectors: Tensor, anchors: Tensor) -> Tensor:
        """Attention of the detections of one scale.

        Args:
            scale: Which scale, from 0, the coarsest.
            vectors: (n, C) bridge features of their cells.
            anchors: (n,) int64 which of a cell's A anchors each is.

        Returns:
            (n, K + 1, g, g) maps.
        """
        maps = self.attention[scale](vectors).float().unflatten(1, (self.num_anchors, -1))
        size = self.attention_size
        return maps[torch.arange(len(anchors), device=anchors.device), anchors].unflatten(1, (-1, size, size))

    def forward(self, finest: Tensor, attention: Tensor, boxes: Sequence[Tensor]) -> Tensor:
        """Logits of masks in their boxes.

        Args:
            finest: (B, C, H, W) finest of the neck's maps.
            attention: (N, K + 1, g, g) maps, image after image.
            boxes: B tensors (n, 4) xyxy in input pixels, inside the image; N in all.

        Returns:
            (N, s, s) float32 logits.
        """
        prototypes = self.prototypes(finest).float()
        regions = torch.cat(
            [torch.cat([box.new_full((len(box), 1), image), box], 1) for image, box in enumerate(boxes)]
        )
        crops = roi_align(prototypes, regions, self.mask_size, 2 / self.stride, 1, "avg", True)
        crops = torch.cat([crops, torch.ones_like(crops[:, :1])], 1)
        weights = functional.interpolate(attention, (self.mask_size, self.mask_size), mode="bilinear")
        return (weights * crops).sum(1)

    def loss(
        self, logits: Tensor, boxes: Sequence[Tensor], objects: Sequence[Tensor], masks: Sequence[BitmapMasks]
    ) -> Tensor:
        """Binary cross entropy of the pixels within the boxes, averaged over detections.

        Args:
            logits: What :meth:`forward` returned.
            boxes: What it was given.
            objects: B tensors (n,) int64, row of each detection's object in the ground truth.
            masks: Ground-truth masks of B images.
        """
        size = (self.mask_size, self.mask_size)
        targets = [
            torch.from_numpy(truth.crop_and_resize(box.cpu().numpy(), size, rows.cpu().numpy(), box.device).masks)
            for truth, box, rows in zip(masks, boxes, objects, strict=True)
            if len(rows)
        ]
        if not targets:
            return self.loss_weight * logits.sum()
        target = torch.cat(targets).to(logits)
        return self.loss_weight * functional.binary_cross_entropy_with_logits(logits, target)
