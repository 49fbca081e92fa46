"""Lovász hinge (Berman et al. 2018, "The Lovász-Softmax loss", section 3.1), over the pixels that matter alone."""

from __future__ import annotations

import torch
from torch import Tensor

# A pixel outside of a mask whose probability is below this has a hinge error below the resolution of single precision
# at 1, and so has all that leaving out such pixels changes: the weights of a mask's pixels sum to at most 1.
NEGLIGIBLE_PROBABILITY = 2.0**-24


def lovasz_hinge(errors: Tensor, inside: Tensor, groups: Tensor, group_count: int) -> Tensor:
    """Lovász extension of the Jaccard loss of several masks at once, from the hinge errors of their pixels.

    Each group is a mask with its own pixels; pixels outside of it whose error is zero may be left out.

    Args:
        errors: (E,) hinge errors, ``1 - logit`` inside a mask and ``1 + logit`` outside.
        inside: (E,) bool, whether the pixel belongs to the mask.
        groups: (E,) int64, the mask that an entry is about.
        group_count: M, number of masks.

    Returns:
        (M,) losses; 0 for a mask without entries.
    """
    order = errors.detach().argsort(descending=True)
    order = order[groups[order].argsort(stable=True)]
    errors, inside, groups = errors[order], inside[order], groups[order]
    jaccard = _jaccard_losses(inside, groups, group_count)
    first = torch.ones_like(inside)
    first[1:] = groups[1:] != groups[:-1]
    weights = torch.where(first, jaccard, jaccard - jaccard.roll(1))
    return errors.new_zeros(group_count).index_add(0, groups, errors.relu() * weights)


def _jaccard_losses(inside: Tensor, groups: Tensor, group_count: int) -> Tensor:
    """(E,) Jaccard loss of a mask if the entries up to and including each were wrong; entries sorted by group."""
    sizes = torch.bincount(groups, minlength=group_count)
    starts = sizes.cumsum(0) - sizes
    positives = torch.zeros_like(sizes).index_add(0, groups, inside.long())
    before = (positives.cumsum(0) - positives)[groups]
    positives = positives[groups]
    missed = inside.long().cumsum(0) - before
    invented = torch.arange(1, len(groups) + 1, device=groups.device) - starts[groups] - missed
    union = (positives + invented).double()
    return (1.0 - (positives - missed) / union).float()
