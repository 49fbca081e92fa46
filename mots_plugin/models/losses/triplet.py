"""Metric-learning losses over association vectors.

Shapes: N detections of one clip, D dimensions.
"""

from __future__ import annotations

import torch
from mmdet.registry import MODELS
from torch import Tensor, nn


def pairwise_euclidean(embeddings: Tensor) -> Tensor:
    """Distances (N, N) between rows of (N, D); the gradient is finite where two rows coincide."""
    difference = embeddings[:, None] - embeddings[None]
    return difference.square().sum(-1).clamp(min=1e-12).sqrt()


def batch_hard_triplet(embeddings: Tensor, identities: Tensor, margin: float) -> Tensor:
    """Batch-hard triplet loss, adapted for clips (MOTS paper, eq. 4 and 6; Hermans et al. 2017).

    For every detection, the farthest one of the same identity must be nearer, by the margin, than the nearest one
    of another. Detections whose identity is the only one in the clip have no negative and add nothing to the sum.

    Args:
        embeddings: (N, D) association vectors of all frames of the clip.
        identities: (N,) int64, one value an identity.
        margin: The margin alpha, in units of the embedding space.

    Returns:
        Scalar: the sum of hinges over N (the paper's 1/|D|), 0 for an empty set.
    """
    if len(embeddings) == 0:
        return embeddings.sum()
    distances = pairwise_euclidean(embeddings)
    same = identities[:, None] == identities[None]
    hardest_positive = distances.masked_fill(~same, 0).amax(1)
    hardest_negative = distances.masked_fill(same, torch.inf).amin(1)
    return (hardest_positive - hardest_negative + margin).clamp(min=0).mean()


@MODELS.register_module()
class BatchHardTripletLoss(nn.Module):
    """:func:`batch_hard_triplet` as a configurable part.

    Args:
        margin: The margin alpha; 0.2 in the MOTS paper.
        loss_weight: Factor on the result.
    """

    def __init__(self, margin: float = 0.2, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.margin = margin
        self.loss_weight = loss_weight

    def forward(self, embeddings: Tensor, identities: Tensor) -> Tensor:
        """Return the weighted loss of one clip; shapes as in :func:`batch_hard_triplet`."""
        return self.loss_weight * batch_hard_triplet(embeddings, identities, self.margin)
