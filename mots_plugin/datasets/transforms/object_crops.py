"""From one object of an image to a crop around its box."""

from __future__ import annotations

import random

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS
from mmdet.structures.bbox import HorizontalBoxes
from mmdet.structures.mask import BitmapMasks
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE, decode_crop


@TRANSFORMS.register_module()
class JitterBox(BaseTransform):
    """Moves each edge of ``bbox`` on its own, so that a network bears boxes that are not tight.

    Args:
        strength: By at most so much of the box's width (left, right) or height (top, bottom), uniformly; 0.05 in the
            refinement network of PReMVOS, which the MOTS paper annotates with.
    """

    def __init__(self, strength: float = 0.05) -> None:
        if not 0 <= strength < 0.5:
            raise ValueError(f"JitterBox: strength {strength} is outside [0, 0.5)")
        self.strength = strength

    @cache_randomness
    def _draw_shifts(self) -> NDArray[np.float64]:
        return np.array([random.uniform(-self.strength, self.strength) for _ in range(4)])

    def transform(self, results: dict) -> dict:
        """Change ``bbox``."""
        x0, y0, x1, y1 = results["bbox"]
        sides = np.array([x1 - x0, y1 - y0, x1 - x0, y1 - y0])
        results["bbox"] = (np.asarray(results["bbox"], np.float64) + self._draw_shifts() * sides).tolist()
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(strength={self.strength})"


@TRANSFORMS.register_module()
class CropAroundBox(BaseTransform):
    """Cuts out a box and its surroundings, and brings them to one size, aspect ratio not kept.

    Takes ``img``, ``bbox`` (xyxy, pixels) and, where there is one, ``mask`` (run-length code). Makes ``img`` the crop,
    ``gt_bboxes`` (1, 4) the box in the crop's pixels, ``gt_masks`` the crop of the mask, and ``crop_window`` (x0, y0,
    x1, y1), whole pixels, where the crop lies in the image.

    Args:
        size: Side of the crop, pixels; 385 in PReMVOS.
        margin: Surroundings on each side, pixels of the image, as far as the image reaches; 50 in PReMVOS.
    """

    def __init__(self, size: int, margin: int) -> None:
        self.size = size
        self.margin = margin

    def transform(self, results: dict) -> dict:
        """Replace the image by the crop."""
        height, width = results["img"].shape[:2]
        x0, y0, x1, y1 = window = crop_window(results["bbox"], self.margin, height, width)
        results["crop_window"] = window
        size = (self.size, self.size)
        crop = results["img"][y0:y1, x0:x1]
        results["img"] = cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR)
        results["img_shape"] = size
        scale = np.array([self.size / (x1 - x0), self.size / (y1 - y0)] * 2)
        box = (np.asarray(results["bbox"], np.float64) - [x0, y0, x0, y0]) * scale
        results["gt_bboxes"] = HorizontalBoxes(box[None].astype(np.float32))
        if "mask" in results:
            share = cv2.resize(_cut(results["mask"], window).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
            results["gt_masks"] = BitmapMasks((share >= 0.5).astype(np.uint8)[None], *size)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, margin={self.margin})"


def crop_window(box: list[float], margin: int, height: int, width: int) -> tuple[int, int, int, int]:
    """Return the window of an image around a box: whole pixels, at least one, inside the image.

    Args:
        box: xyxy, pixels; it may reach beyond the image.
        margin: Surroundings on each side, pixels.
        height: Image height, pixels.
        width: Image width, pixels.
    """
    x0, y0, x1, y1 = np.round(box).astype(int) + [-margin, -margin, margin, margin]
    x0, y0 = int(np.clip(x0, 0, width - 1)), int(np.clip(y0, 0, height - 1))
    return x0, y0, int(np.clip(x1, x0 + 1, width)), int(np.clip(y1, y0 + 1, height))


def _cut(mask: RLE, window: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """Return the part of a mask that lies in a window."""
    crop, left, top = decode_crop(mask)
    x0, y0, x1, y1 = window
    cut = np.zeros((y1 - y0, x1 - x0), bool)
    source = crop[max(0, y0 - top) : max(0, y1 - top), max(0, x0 - left) : max(0, x1 - left)]
    first_row, first_column = max(0, top - y0), max(0, left - x0)
    cut[first_row : first_row + source.shape[0], first_column : first_column + source.shape[1]] = source
    return cut
