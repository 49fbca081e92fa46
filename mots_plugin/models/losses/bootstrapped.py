"""Cross entropy over the hardest pixels only."""

from __future__ import annotations

from mmdet.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional


def bootstrapped_cross_entropy(logits: Tensor, masks: Tensor, fraction: float) -> Tensor:
    """Binary cross entropy, averaged over the pixels of each mask where it is highest (Wu et al. 2016, section 2.4).

    Args:
        logits: (N, P) foreground logits of the P pixels of N masks.
        masks: (N, P) targets, 0 or 1.
        fraction: Part of the pixels that count, in (0, 1]; at least one of each mask.

    Returns:
        Scalar: the mean over masks.
    """
    losses = functional.binary_cross_entropy_with_logits(logits, masks.to(logits.dtype), reduction="none")
    return losses.topk(max(1, int(fraction * losses.shape[1])), dim=1, sorted=False).values.mean()


@MODELS.register_module()
class BootstrappedCrossEntropyLoss(nn.Module):
    """:func:`bootstrapped_cross_entropy` as a configurable part.

    Args:
        fraction: Part of the pixels that count; a quarter in the refinement network of PReMVOS, which the MOTS paper
            annotates with.
        loss_weight: Factor on the result.
    """

    def __init__(self, fraction: float = 0.25, loss_weight: float = 1.0) -> None:
        super().__init__()
        if not 0 < fraction <= 1:
            raise ValueError(f"BootstrappedCrossEntropyLoss: fraction {fraction} is outside (0, 1]")
        self.fraction = fraction
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, masks: Tensor) -> Tensor:
        """Return the weighted loss; shapes as in :func:`bootstrapped_cross_entropy`."""
        return self.loss_weight * bootstrapped_cross_entropy(logits, masks, self.fraction)
