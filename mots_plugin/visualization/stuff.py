"""Tints for the pixels of panoptic maps that no track owns."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_GOLDEN_RATIO = (5**0.5 - 1) / 2
_VOID = 255


def stuff_colours(class_ids: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return one muted colour a class, so that tracks, which are bright, stand out.

    Args:
        class_ids: ``(...)`` class ids in [0, 255]; 255 is void, and black.

    Returns:
        ``(..., 3)`` RGB.
    """
    hue = (np.arange(256) * _GOLDEN_RATIO * 360 + 90) % 360
    hsv = np.stack([hue, np.full(256, 0.35), np.full(256, 0.75)], axis=1).astype(np.float32)
    palette = np.round(cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0] * 255).astype(np.uint8)
    palette[_VOID] = 0
    return palette[class_ids]


def tint_stuff(
    image: NDArray[np.uint8], class_ids: NDArray[np.integer], is_stuff: NDArray[np.bool_], opacity: float = 0.5
) -> NDArray[np.uint8]:
    """Return the image with its stuff tinted by class.

    Args:
        image: ``(H, W, 3)`` uint8 RGB.
        class_ids: ``(H, W)`` class of each pixel.
        is_stuff: ``(H, W)`` which pixels belong to no track.
        opacity: Of the tint.
    """
    tinted = cv2.addWeighted(image, 1 - opacity, stuff_colours(class_ids), opacity, 0)
    return np.where(is_stuff[..., None], tinted, image)
