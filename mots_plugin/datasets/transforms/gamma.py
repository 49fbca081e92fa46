"""Change of brightness."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomGamma(BaseTransform):
    """Gamma correction ``255 (image / 255) ** gamma`` of an 8-bit image, symmetric around no change.

    ``gamma = log(0.5 + f / sqrt(2)) / log(0.5 - f / sqrt(2))`` with ``f`` uniform in ``[-strength, strength]``
    (Pohlen et al., Full-resolution residual networks, CVPR 2017, §5; TrackR-CNN uses it with 0.05).

    Args:
        strength: Bound of ``f``, below ``0.5 * sqrt(2)``. 0.05 gives gammas in [0.815, 1.227].
    """

    def __init__(self, strength: float = 0.05) -> None:
        if not 0 <= strength < 0.5 * math.sqrt(2):
            raise ValueError(f"RandomGamma: strength {strength} is outside [0, 0.707)")
        self.strength = strength

    @cache_randomness
    def _draw_gamma(self) -> float:
        factor = random.uniform(-self.strength, self.strength) / math.sqrt(2)
        return math.log(0.5 + factor) / math.log(0.5 - factor)

    def transform(self, results: dict) -> dict:
        """Change ``img`` and add ``gamma``."""
        gamma = self._draw_gamma()
        table = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
        results["img"] = cv2.LUT(results["img"], table)
        results["gamma"] = gamma
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(strength={self.strength})"
