"""Triplet losses over association vectors (Hermans et al. 2017), adapted for clips.

Shapes: N detections of one clip, D dimensions.
"""

from __future__ import annotations

import torch
from mmdet.registry import MODELS
from torch import Tensor

from .association_loss import AssociationLoss
from .association_pairs import compare, count_alone


def batch_hard_triplet(
    embeddings: Tensor,
    identities: Tensor,
    margin: float,
    classes: Tensor | None = None,
    regions: int | None = None,
) -> Tensor:
    """Batch-hard triplet loss (MOTS paper, eq. 4 and 6).

    For every detection, the farthest one of the same identity must be nearer, by the margin, than the nearest one
    of another. Detections whose identity is the only one in the clip have no negative and add nothing to the sum.

    Args:
        embeddings: (N, D) association vectors of all frames of the clip.
        identities: (N,) int64, one value an identity.
        margin: The margin alpha, in units of the embedding space.
        classes: (N,) int64 to take negatives from a detection's own class only; None: from all.
        regions: The released code's divisor: the number of sampled regions, background included.

    Returns:
        Scalar: the sum of hinges over N (the paper's 1/|D|), or over ``regions`` if given; 0 for an empty set.
    """
    if len(embeddings) == 0:
        return embeddings.sum()
    distances, positive, negative = compare(embeddings, identities, classes)
    hardest_positive = distances.masked_fill(~positive, 0).amax(1)
    hardest_negative = distances.masked_fill(~negative, torch.inf).amin(1)
    hinges = (hardest_positive - hardest_negative + margin).clamp(min=0)
    return hinges.sum() / (regions or len(embeddings))


def batch_all_triplet(
    embeddings: Tensor,
    identities: Tensor,
    margin: float,
    classes: Tensor | None = None,
    regions: int | None = None,
) -> Tensor:
    """Batch-all triplet loss: every positive of a detection against every negative (MOTS paper, eq. 7).

    The equation as printed subtracts a distance from itself; meant are two different detections, one of the same and
    one of another identity, as in Hermans et al. and in the released code. A detection is a positive of itself, there
    as here.

    Args:
        embeddings: (N, D) association vectors of all frames of the clip.
        identities: (N,) int64, one value an identity.
        margin: The margin alpha, in units of the embedding space.
        classes: (N,) int64 to take negatives from a detection's own class only; None: from all.
        regions: Number of sampled regions, background included, to divide as the released code does.

    Returns:
        Scalar: the sum of hinges over N squared (the paper's 1/|D|^2), 0 for an empty set. If ``regions`` is given, the
        sum over the number of triplets, plus one for the background and for every identity without a negative.
    """
    if len(embeddings) == 0:
        return embeddings.sum()
    pairs = compare(embeddings, identities, classes)
    hinges = (pairs.distances[:, :, None] - pairs.distances[:, None, :] + margin).clamp(min=0)
    triplets = pairs.positive[:, :, None] & pairs.negative[:, None, :]
    divisor = len(embeddings) ** 2
    if regions is not None:
        divisor = int(triplets.sum()) + count_alone(pairs, identities, regions)
    return (hinges * triplets).sum() / divisor


@MODELS.register_module()
class BatchHardTripletLoss(AssociationLoss):
    """:func:`batch_hard_triplet` as a configurable part."""

    function = staticmethod(batch_hard_triplet)


@MODELS.register_module()
class BatchAllTripletLoss(AssociationLoss):
    """:func:`batch_all_triplet` as a configurable part."""

    function = staticmethod(batch_all_triplet)
