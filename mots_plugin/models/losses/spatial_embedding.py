"""Losses of SpatialEmbedding (Neven et al. 2019), as PointTrack trains its segmenter.

Shapes: M instances of one image, P its pixels.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .lovasz_hinge import NEGLIGIBLE_PROBABILITY, lovasz_hinge


def gaussian(embeddings: Tensor, centres: Tensor, precisions: Tensor) -> Tensor:
    """Probability of a pixel to belong to an instance: ``exp(-sum_k s_k (e_k - c_k)^2)``.

    Args:
        embeddings: (2, …) where pixels point to.
        centres: (2, …) of instances, broadcast against the embeddings.
        precisions: (2, …) s of instances, likewise.
    """
    return torch.exp(-((embeddings - centres).square() * precisions).sum(0))


def instance_loss(embeddings: Tensor, centres: Tensor, precisions: Tensor, instances: Tensor, valid: Tensor) -> Tensor:
    """Lovász hinge of each instance's Gaussian against its mask, over the whole image, averaged over instances.

    Args:
        embeddings: (2, P) where pixels point to.
        centres: (2, M) of the instances.
        precisions: (2, M) of the instances.
        instances: (P,) int64 instance of each pixel, from 0; -1 for none.
        valid: (P,) bool, pixels that count.

    Returns:
        Scalar; 0 without instances.
    """
    count = centres.shape[1]
    with torch.no_grad():
        across, down = (
            (values - centre[:, None]).square_().mul_(precision[:, None])
            for values, centre, precision in zip(embeddings, centres, precisions, strict=True)
        )
        own = instances == torch.arange(count, device=instances.device)[:, None]
        near = across.add_(down) < -math.log(NEGLIGIBLE_PROBABILITY)
        groups, pixels = near.logical_or_(own).logical_and_(valid).nonzero(as_tuple=True)
        inside = instances[pixels] == groups
    probability = gaussian(embeddings[:, pixels], centres[:, groups], precisions[:, groups])
    errors = torch.where(inside, 2 - 2 * probability, 2 * probability)  # the logit is 2 probability - 1
    return lovasz_hinge(errors, inside, groups, count).sum() / max(count, 1)


def variance_loss(sigmas: Tensor, means: Tensor, instances: Tensor, areas: Tensor) -> Tensor:
    """Squared difference of each pixel's sigmas to its instance's, averaged over its pixels, then over instances.

    Args:
        sigmas: (2, P) as predicted.
        means: (2, M) over each instance's pixels; no gradient passes through them.
        instances: (P,) int64 instance of each pixel, from 0; -1 for none.
        areas: (M,) pixels of each instance, above 0.
    """
    pixels = (instances >= 0).nonzero(as_tuple=True)[0]
    owners = instances[pixels]
    squares = (sigmas[:, pixels] - means.detach()[:, owners]).square().mean(0)
    return (squares / areas[owners]).sum() / max(len(areas), 1)


def seed_loss(scores: Tensor, targets: Tensor, foreground: Tensor, valid: Tensor, foreground_weights: Tensor) -> Tensor:
    """Squared error of seed maps, foreground weighted, over the number of pixels.

    Args:
        scores: (K, P) seed scores in [0, 1], one map a class.
        targets: (P,) Gaussian of the pixel's own instance; no gradient passes through it.
        foreground: (K, P) bool, pixels of instances of each class; elsewhere the target is 0.
        valid: (P,) bool, pixels that count; the divisor counts all.
        foreground_weights: (K,) factor on the foreground of each class.
    """
    errors = (scores - torch.where(foreground, targets.detach(), 0.0)).square()
    weights = torch.where(foreground, foreground_weights[:, None], 1.0) * valid
    return (errors * weights).sum() / len(targets)
