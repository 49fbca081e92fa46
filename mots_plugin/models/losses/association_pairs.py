"""Which detections a metric-learning loss compares, and how far apart their association vectors are.

Shapes: N detections of one clip, D dimensions.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class AssociationPairs(NamedTuple):
    """All ordered pairs of detections, row d and column e, that a loss looks at.

    Attributes:
        distances: (N, N) Euclidean distances.
        positive: (N, N) bool: same identity; a detection is a positive of itself, as in the equations of the paper.
        negative: (N, N) bool: another identity (of the same class, where classes are told apart).
    """

    distances: Tensor
    positive: Tensor
    negative: Tensor

    @property
    def has_negative(self) -> Tensor:
        """(N,) bool: detections that have a negative; the others are the only identity of their class."""
        return self.negative.any(1)


def compare(embeddings: Tensor, identities: Tensor, classes: Tensor | None = None) -> AssociationPairs:
    """Compare every detection with every other.

    Args:
        embeddings: (N, D) association vectors.
        identities: (N,) int64, one value an identity.
        classes: (N,) int64 to look for negatives within a detection's class only; None: among all detections.
    """
    positive = identities[:, None] == identities[None]
    negative = ~positive if classes is None else ~positive & (classes[:, None] == classes[None])
    return AssociationPairs(pairwise_euclidean(embeddings), positive, negative)


def pairwise_euclidean(embeddings: Tensor) -> Tensor:
    """Distances (N, N) between rows of (N, D); the gradient is finite where two rows coincide."""
    difference = embeddings[:, None] - embeddings[None]
    return difference.square().sum(-1).clamp(min=1e-12).sqrt()


def count_alone(pairs: AssociationPairs, identities: Tensor, regions: int) -> int:
    """Count what the released code adds to its normaliser for identities that it cannot compare with another.

    Each counts 1, and so does the background, if any was sampled: an identity of its own there.

    Args:
        pairs: What was compared.
        identities: (N,) int64.
        regions: Number of sampled regions, the N of the foreground and those of the background.
    """
    alone = identities[~pairs.has_negative].unique().numel()
    return alone + int(regions > len(identities))
