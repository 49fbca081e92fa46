"""One colour an identity, the same in every run."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_GOLDEN_RATIO = (5**0.5 - 1) / 2
_SATURATIONS = np.array([0.80, 0.55, 0.95])
_VALUES = np.array([1.00, 0.95, 0.85])


def track_colours(ids: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the colours of identities.

    Hues step by the golden ratio of the circle, so that any run of consecutive ids is spread evenly; saturation and
    value change with a period of three, so that the few ids of one scene whose hues come close still differ.

    Args:
        ids: ``(N,)`` identities.

    Returns:
        ``(N, 3)`` RGB, bright enough for dark outlines and dark text.
    """
    ids = np.asarray(ids, np.int64)
    hue = np.mod(ids * _GOLDEN_RATIO, 1) * 360
    hsv = np.stack([hue, _SATURATIONS[ids % 3], _VALUES[ids % 3]], axis=-1).astype(np.float32)
    rgb = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0] if len(ids) else hsv
    return np.round(rgb * 255).astype(np.uint8)
