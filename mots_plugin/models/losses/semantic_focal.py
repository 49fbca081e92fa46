"""Focal loss over the pixels of semantic maps (Lin et al. 2017, as PointTrack++ trains its semantic decoder)."""

from __future__ import annotations

from mmdet.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional


def semantic_focal_loss(logits: Tensor, labels: Tensor, gamma: float, hardest: float = 1.0) -> Tensor:
    """Sigmoid focal loss of every pixel and channel against the one-hot label, without class balance, averaged.

    Args:
        logits: (C, P) of C classes, background included.
        labels: (P,) int64 class of each pixel, from 0.
        gamma: Exponent of the modulating factor ``(1 - p)``; 2 in the paper.
        hardest: Part of the entries that count, those with the highest loss, in (0, 1]; 0.5 in the released code.

    Returns:
        Scalar; 0 without pixels.
    """
    if logits.numel() == 0:
        return logits.sum()
    targets = functional.one_hot(labels, len(logits)).T.to(logits.dtype)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    wrong = functional.logsigmoid(-logits * (2 * targets - 1))  # log of 1 - p of the right answer
    losses = (gamma * wrong).exp() * entropy
    if hardest < 1:
        losses = losses.flatten().topk(int(hardest * losses.numel()), sorted=False).values
    return losses.mean()


@MODELS.register_module()
class SemanticFocalLoss(nn.Module):
    """:func:`semantic_focal_loss` as a configurable part.

    Args:
        gamma: Exponent of the modulating factor.
        hardest: Part of the entries that count.
        loss_weight: Factor on the result.
    """

    def __init__(self, gamma: float = 2.0, hardest: float = 1.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        if not 0 < hardest <= 1:
            raise ValueError(f"SemanticFocalLoss: hardest {hardest} is outside (0, 1]")
        self.gamma = gamma
        self.hardest = hardest
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the weighted loss; shapes as in :func:`semantic_focal_loss`."""
        return self.loss_weight * semantic_focal_loss(logits, labels, self.gamma, self.hardest)
