"""Contrastive loss over association vectors (Hadsell et al. 2006), adapted for clips.

Shapes: N detections of one clip, D dimensions.
"""

from __future__ import annotations

from mmdet.registry import MODELS
from torch import Tensor

from .association_loss import AssociationLoss
from .association_pairs import compare, count_alone


def contrastive(
    embeddings: Tensor,
    identities: Tensor,
    margin: float,
    classes: Tensor | None = None,
    regions: int | None = None,
) -> Tensor:
    """Contrastive loss: pull pairs of one identity together, push others apart up to a margin (MOTS paper, eq. 8).

    Args:
        embeddings: (N, D) association vectors of all frames of the clip.
        identities: (N,) int64, one value an identity.
        margin: The margin alpha, in units of the embedding space.
        classes: (N,) int64 to push detections of one class apart only; None: of all.
        regions: Number of sampled regions, background included, to divide as the released code does.

    Returns:
        Scalar: squared distances of positive pairs plus squared hinges of negative ones, over N squared (the paper's
        1/|D|^2); 0 for an empty set. If ``regions`` is given, half of that sum over the number of pairs, without the
        identities that have no negative, each of which adds one to the divisor, as the background does.
    """
    if len(embeddings) == 0:
        return embeddings.sum()
    pairs = compare(embeddings, identities, classes)
    pull = pairs.distances.square() * pairs.positive
    push = (margin - pairs.distances).clamp(min=0).square() * pairs.negative
    if regions is None:
        return (pull.sum() + push.sum()) / len(embeddings) ** 2
    compared = pairs.has_negative[:, None]
    count = int((pairs.positive & compared).sum() + pairs.negative.sum())
    return 0.5 * ((pull * compared).sum() + push.sum()) / (count + count_alone(pairs, identities, regions))


@MODELS.register_module()
class ContrastiveLoss(AssociationLoss):
    """:func:`contrastive` as a configurable part."""

    function = staticmethod(contrastive)
