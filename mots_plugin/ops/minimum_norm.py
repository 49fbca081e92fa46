"""The shortest vector among weighted means of a few others, as multiple-gradient descent needs it."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor


def minimum_norm_weights(gram: Tensor) -> Tensor:
    """Find the weights, none negative and one in sum, whose weighted sum of vectors is shortest.

    Exact, by looking at every face of the simplex: the optimum is where the gradient of the norm is the same over the
    vectors of a face. For T vectors there are 2^T - 1 faces, so T is to be small. (Sener and Koltun 2018 iterate with
    Frank-Wolfe to the same end.)

    Args:
        gram: (T, T) inner products of the vectors.

    Returns:
        (T,) float64 weights on the CPU.
    """
    gram = gram.detach().double().cpu()
    count = len(gram)
    # Lengths may differ by orders of magnitude, so the system is solved for unit vectors.
    lengths = gram.diagonal().clamp(min=1e-300).sqrt()
    cosines, inverse = gram / lengths.outer(lengths), lengths.min() / lengths
    best, shortest = torch.full((count,), 1 / count, dtype=torch.float64), torch.inf
    for size in range(1, count + 1):
        for face in combinations(range(count), size):
            rows = list(face)
            # Stationary on the face: gram @ weights is constant, and the weights add up to one.
            system = torch.zeros(size + 1, size + 1, dtype=torch.float64)
            system[:size, :size] = cosines[rows][:, rows]
            system[:size, size] = system[size, :size] = inverse[rows]
            right = torch.zeros(size + 1, 1, dtype=torch.float64)
            right[size] = 1
            inside = torch.linalg.lstsq(system, right, driver="gelsd").solution[:size, 0] * inverse[rows]
            if (inside < 0).any():
                continue
            weights = torch.zeros(count, dtype=torch.float64)
            weights[rows] = inside / inside.sum()
            norm = float(weights @ gram @ weights)
            if norm < shortest:
                best, shortest = weights, norm
    return best
