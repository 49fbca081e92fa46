"""A frame looked at in several sizes when testing, and what was found there put together."""

from __future__ import annotations

import math

from mmcv.ops import batched_nms
from mmengine.structures import InstanceData
from torch import Tensor
from torch.nn import functional


def scale_image(
    image: Tensor, size: tuple[int, int], factor: float, divisor: int = 32
) -> tuple[Tensor, tuple[int, int]]:
    """Resize what a padded image shows, and pad it again.

    Args:
        image: (1, C, H, W) normalised image; padding, at the bottom and on the right, is 0.
        size: Height and width without the padding.
        factor: New size as a part of the old one.
        divisor: Height and width are padded to multiples of it.

    Returns:
        (1, C, H', W') image, and height and width without its padding.
    """
    height, width = (max(1, round(factor * side)) for side in size)
    scaled = functional.interpolate(
        image[..., : size[0], : size[1]], size=(height, width), mode="bilinear", align_corners=False, antialias=True
    )
    below, right = (math.ceil(side / divisor) * divisor - side for side in (height, width))
    return functional.pad(scaled, (0, right, 0, below)), (height, width)


def merge_detections(found: list[InstanceData], nms: dict, max_per_image: int) -> InstanceData:
    """Put detections of one frame from several looks at it together by suppression within each class.

    Args:
        found: Detections of each look, with ``bboxes`` (N, 4) in one common frame, ``scores`` and ``labels``; other
            fields go along.
        nms: Config of mmcv's ``batched_nms``.
        max_per_image: How many are kept at most, the most confident.

    Returns:
        The kept ones, by falling score.
    """
    together = InstanceData.cat(found)
    if len(together) == 0:
        return together
    _, kept = batched_nms(together.bboxes, together.scores, together.labels, nms)
    return together[kept[:max_per_image]]
