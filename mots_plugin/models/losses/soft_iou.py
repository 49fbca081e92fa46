"""Intersection over union of soft masks, as a loss."""

from __future__ import annotations

from mmdet.registry import MODELS
from torch import Tensor, nn


def soft_iou_loss(masks: Tensor, targets: Tensor) -> Tensor:
    """One minus the overlap of each mask with its target, summed minima over summed maxima (MAPT, equation 4).

    For targets of 0 and 1 that is the usual soft IoU, products over sums less products.

    Args:
        masks: (N, H, W) in [0, 1].
        targets: (N, H, W) in [0, 1], none of them empty.

    Returns:
        (N,) losses in [0, 1].
    """
    masks, targets = masks.flatten(1), targets.flatten(1)
    return 1 - masks.minimum(targets).sum(1) / masks.maximum(targets).sum(1)


@MODELS.register_module()
class SoftIoULoss(nn.Module):
    """:func:`soft_iou_loss`, averaged, as a configurable part.

    The paper sums over instances and frames; the mean keeps crowded frames from outweighing the other losses.

    Args:
        loss_weight: Factor on the result.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, masks: Tensor, targets: Tensor) -> Tensor:
        """Return the weighted mean; shapes as in :func:`soft_iou_loss`; 0 without masks."""
        if not len(masks):
            return masks.sum()
        return self.loss_weight * soft_iou_loss(masks, targets).mean()
