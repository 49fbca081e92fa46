"""From pixels that point to centres to instances: the greedy clustering of SpatialEmbedding, as PointTrack runs it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class ClusteringRule:
    """What counts as an instance; the defaults are PointTrack's for cars.

    Attributes:
        seed_threshold: Least seed score of a pixel that an instance grows from.
        min_pixels: Proposals with this many pixels or fewer are no instances, and clustering ends when no more than
            this many candidates are left.
        candidate_threshold: Pixels with a higher seed score take part.
        membership_threshold: Pixels with a higher Gaussian around the instance's centre belong to it.
        min_unclustered: A proposal is an instance only if more than this share of its pixels was in none before.
        min_mean_seed: Least mean seed score of the pixels of an instance; None: any (PointTrack++ asks for one).
        min_survivor: Instances that later ones have partly overwritten are dropped if less than this share of their
            pixels, or fewer than three times ``min_pixels``, survive; None: none is dropped.
        max_instances: Clustering ends with this many; None: never.
    """

    seed_threshold: float = 0.94
    min_pixels: int = 160
    candidate_threshold: float = 0.5
    membership_threshold: float = 0.5
    min_unclustered: float = 0.5
    min_mean_seed: float | None = None
    min_survivor: float | None = None
    max_instances: int | None = None

    def __post_init__(self) -> None:
        for name in ("candidate_threshold", "membership_threshold"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"ClusteringRule: {name} {getattr(self, name)} is outside (0, 1)")


def cluster_pixels(
    embeddings: Tensor, precisions: Tensor, seeds: Tensor, rule: ClusteringRule
) -> tuple[Tensor, Tensor]:
    """Group pixels around the most certain ones, greedily.

    The pixel with the highest seed score that is in no proposal yet proposes an instance: all candidates that its
    Gaussian reaches, which then count as clustered, whether the proposal is accepted or not. Accepted instances
    overwrite earlier ones.

    A Gaussian reaches few pixels, so candidates are sorted by the first coordinate that they point to, and only those
    within its reach are looked at: the result is that of looking at all.

    Args:
        embeddings: (2, H, W) where pixels point to, float32.
        precisions: (2, H, W) of the Gaussian around a pixel if an instance grows from it, float32.
        seeds: (H, W) seed scores in [0, 1].
        rule: What counts as an instance.

    Returns:
        (H, W) int32 instance of each pixel, from 1, 0 for none, and (N,) float32 seed scores of the instances.
    """
    candidates = (seeds > rule.candidate_threshold).flatten().nonzero()[:, 0]
    columns, rows = embeddings.flatten(1)[:, candidates]
    scores = seeds.flatten()[candidates]
    columns_sorted, order = columns.sort()
    rows_sorted = rows[order]
    free = torch.ones_like(scores, dtype=torch.bool)
    owners = torch.zeros_like(order, dtype=torch.int32)
    # A little further than the Gaussian reaches, so that rounding excludes nobody.
    limit = -math.log(rule.membership_threshold) * 1.001

    found: list[float] = []
    sizes: list[int] = []
    left = len(candidates)
    for position in _growing_points(scores, free, rule.seed_threshold):
        if left <= rule.min_pixels or len(found) == rule.max_instances:
            break
        centre, row = columns[position], rows[position]
        wide, high = precisions.flatten(1)[:, candidates[position]]
        radius = (limit / wide).sqrt() + 1e-6
        first, last = torch.searchsorted(columns_sorted, torch.stack([centre - radius, centre + radius])).tolist()
        distances = (columns_sorted[first:last] - centre).square_().mul_(wide)
        distances += (rows_sorted[first:last] - row).square_().mul_(high)
        near = (distances < limit).nonzero()[:, 0]
        within = near[torch.exp(-distances[near]) > rule.membership_threshold]
        proposal = order[first:last][within]
        free[position] = False  # clustered before its proposal is judged
        unclustered = int(free[proposal].sum())
        accepted = len(proposal) > rule.min_pixels and unclustered / len(proposal) > rule.min_unclustered
        if accepted and rule.min_mean_seed is not None:
            accepted = float(scores[proposal].mean()) >= rule.min_mean_seed
        if accepted:
            found.append(float(scores[position]))
            sizes.append(len(proposal))
            owners[proposal] = len(found)
        free[proposal] = False
        left -= unclustered + 1
    if rule.min_survivor is not None:
        owners, found = _drop_overwritten(owners, found, sizes, rule)
    instances = owners.new_zeros(seeds.numel())
    instances[candidates] = owners
    return instances.view_as(seeds), seeds.new_tensor(found)


def _growing_points(scores: Tensor, free: Tensor, threshold: float, chunk: int = 512) -> Iterator[Tensor]:
    """Yield the free candidate with the highest seed score, the first one of equals, as long as it is high enough.

    Args:
        scores: (M,) seed scores.
        free: (M,) bool; what a candidate leads to takes it, and others, out before the next one is asked for.
        threshold: Least score.
        chunk: Candidates looked at together.
    """
    certain = (scores.double() >= threshold).nonzero()[:, 0]  # a score of 0.9 in single precision is below 0.9
    ranking = certain[scores[certain].argsort(descending=True, stable=True)]
    for part in ranking.split(chunk):
        while len(part := part[free[part]]):
            yield part[0]


def _drop_overwritten(
    owners: Tensor, scores: list[float], sizes: list[int], rule: ClusteringRule
) -> tuple[Tensor, list[float]]:
    """Drop instances of which too little is left, and number the others anew."""
    survivors = torch.bincount(owners, minlength=len(scores) + 1)[1:].tolist()
    kept = [
        survived == size or (survived >= 3 * rule.min_pixels and survived / size >= rule.min_survivor)
        for survived, size in zip(survivors, sizes, strict=True)
    ]
    numbers = torch.tensor([0, *kept], device=owners.device).cumsum(0) * torch.tensor([0, *kept], device=owners.device)
    return numbers.int()[owners], [score for score, keep in zip(scores, kept, strict=True) if keep]
