"""Change of saturation and brightness."""

from __future__ import annotations

import random

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomSaturationValue(BaseTransform):
    """Multiplies saturation and value of an 8-bit BGR image by two random factors; the hue stays (JDE).

    Args:
        strength: Factors are uniform in ``[1 - strength, 1 + strength]``.
    """

    def __init__(self, strength: float = 0.5) -> None:
        if not 0 <= strength <= 1:
            raise ValueError(f"RandomSaturationValue: strength {strength} is outside [0, 1]")
        self.strength = strength

    @cache_randomness
    def _draw_factors(self) -> tuple[float, float]:
        bounds = 1 - self.strength, 1 + self.strength
        return random.uniform(*bounds), random.uniform(*bounds)

    def transform(self, results: dict) -> dict:
        """Change ``img``."""
        hsv = cv2.cvtColor(results["img"], cv2.COLOR_BGR2HSV)
        for channel, factor in zip((1, 2), self._draw_factors(), strict=True):
            table = np.minimum(np.arange(256, dtype=np.float32) * factor, 255).astype(np.uint8)  # cut off, not rounded
            hsv[:, :, channel] = cv2.LUT(hsv[:, :, channel], table)
        results["img"] = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(strength={self.strength})"
