"""Arithmetic that gives the same bits on every machine.

The four operations and the square root are exactly rounded everywhere (IEEE 754); sines and matrix products are not
(mathematics libraries, fused multiply-add). So angles go through a grid coarse enough to swallow the last bits, and
3 x 3 products are written out elementwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GRID = 2.0**20


def on_grid(values: ArrayLike) -> NDArray[np.float64]:
    """Round to multiples of ``2**-20``."""
    return np.rint(np.asarray(values, np.float64) * _GRID) / _GRID


def sine(angle: ArrayLike) -> NDArray[np.float64]:
    """Sine of an angle in radians, to about six decimals."""
    return on_grid(np.sin(np.asarray(angle, np.float64)))


def cosine(angle: ArrayLike) -> NDArray[np.float64]:
    """Cosine of an angle in radians, to about six decimals."""
    return on_grid(np.cos(np.asarray(angle, np.float64)))


def multiply(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Matrix product of ``(..., 3, 3)`` and ``(..., 3, n)`` stacks, without BLAS."""
    return (
        left[..., :, 0, None] * right[..., 0, None, :]
        + left[..., :, 1, None] * right[..., 1, None, :]
        + left[..., :, 2, None] * right[..., 2, None, :]
    )


def adjugate(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjugates of ``(..., 3, 3)`` matrices: inverses times the determinant, so defined for singular ones too."""
    a, b, c = (matrices[..., 0, column] for column in range(3))
    d, e, f = (matrices[..., 1, column] for column in range(3))
    g, h, i = (matrices[..., 2, column] for column in range(3))
    rows = [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
