"""Losses that compare unit embeddings with each other, the alternatives to classifying them (JDE, eq. 1 and 2).

Shapes: N embeddings of one batch and scale, D dimensions.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from mmdet.registry import MODELS
from torch import Tensor, nn


class Comparisons(NamedTuple):
    """What eq. 1 and 2 are made of.

    Attributes:
        violations: (A, N) similarity to another embedding minus that to the hardest positive, ``f.f_i - f.f+``, of
            each of the A embeddings that have a positive.
        negative: (A, N) bool: another identity of the same class.
    """

    violations: Tensor
    negative: Tensor


def compare_with_hardest_positive(embeddings: Tensor, identities: Tensor, classes: Tensor, scale: float) -> Comparisons:
    """Compare every embedding with all others of its class, against the least similar one of its identity.

    Args:
        embeddings: (N, D) unit vectors.
        identities: (N,) int64, unique within a class.
        classes: (N,) int64.
        scale: Factor on the cosine.
    """
    similarity = scale * embeddings @ embeddings.T
    same_class = classes[:, None] == classes[None]
    same = same_class & (identities[:, None] == identities[None])
    positive = same & ~torch.eye(len(embeddings), dtype=torch.bool, device=embeddings.device)
    rows = positive.any(1)
    hardest = similarity.masked_fill(~positive, torch.inf)[rows].amin(1, keepdim=True)
    return Comparisons(similarity[rows] - hardest, (same_class & ~same)[rows])


def identity_triplet(embeddings: Tensor, identities: Tensor, classes: Tensor, scale: float) -> Tensor:
    """Triplet loss over all negatives and the hardest positive, without margin (JDE, eq. 1).

    Args:
        embeddings: (N, D) unit vectors.
        identities: (N,) int64, unique within a class.
        classes: (N,) int64; negatives are of the same class.
        scale: Factor on the cosine.

    Returns:
        Scalar, averaged over the embeddings that have a positive; 0 if none has.
    """
    if len(embeddings) == 0:
        return embeddings.sum()
    violations, negative = compare_with_hardest_positive(embeddings, identities, classes, scale)
    return (violations.clamp(min=0) * negative).sum() / max(len(violations), 1)


def identity_triplet_upper_bound(embeddings: Tensor, identities: Tensor, classes: Tensor, scale: float) -> Tensor:
    """Smooth upper bound of the triplet loss, ``log(1 + sum_i exp(f.f_i - f.f+))`` (JDE, eq. 2).

    Arguments and result as in :func:`identity_triplet`.
    """
    if len(embeddings) == 0:
        return embeddings.sum()
    violations, negative = compare_with_hardest_positive(embeddings, identities, classes, scale)
    exponents = torch.cat([violations.new_zeros(len(violations), 1), violations.masked_fill(~negative, -torch.inf)], 1)
    return exponents.logsumexp(1).sum() / max(len(violations), 1)


class IdentityComparisonLoss(nn.Module):
    """A pure function of a batch's embeddings as a configurable part; a subclass names the function.

    Args:
        scale: Factor on the cosine of two embeddings. The paper leaves the length of its embeddings open; the default
            is what the released classifier scales them with: sqrt(2) log(14454).
    """

    function: staticmethod

    def __init__(self, scale: float = 13.546) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, embeddings: Tensor, identities: Tensor, classes: Tensor) -> Tensor:
        """Return the loss; shapes as in :func:`identity_triplet`."""
        return type(self).function(embeddings, identities, classes, self.scale)


@MODELS.register_module()
class IdentityTripletLoss(IdentityComparisonLoss):
    """:func:`identity_triplet` as a configurable part."""

    function = staticmethod(identity_triplet)


@MODELS.register_module()
class IdentityTripletUpperBoundLoss(IdentityComparisonLoss):
    """:func:`identity_triplet_upper_bound` as a configurable part."""

    function = staticmethod(identity_triplet_upper_bound)
