"""Random rotation, scale, shift and shear of an image with boxes."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS
from mmdet.structures.bbox import HorizontalBoxes
from numpy.typing import NDArray

_GREY = 127.5


@TRANSFORMS.register_module()
class RandomBoxAffine(BaseTransform):
    """Warps an image around its centre and drops objects of which too little is left (JDE; YOLOv3 of ultralytics).

    The box of a warped object encloses the four warped corners, its sides shortened by the square root of the larger of
    ``|sin|`` and ``|cos|`` of the rotation, clipped to the image. It stays if it is wider and higher than 4 pixels, has
    more than a tenth of the area it had before the warp, and is less than 10 times as long as wide. Ignore regions stay
    as long as any of them is inside.

    mmdet's ``RandomAffine`` composes the same steps in another order and filters by nothing but the border.

    Args:
        degrees: Bound of the rotation, either way.
        translate: Bound of the shift, either way. As in the official implementation the horizontal one is a part of
            the *height*, and the vertical one of the *width*.
        scale: Least and greatest scale.
        shear: Bound of the angle of shear along each axis, degrees, either way.
    """

    def __init__(
        self,
        degrees: float = 5.0,
        translate: float = 0.1,
        scale: tuple[float, float] = (0.5, 1.2),
        shear: float = 2.0,
    ) -> None:
        self.degrees = degrees
        self.translate = translate
        self.scale = tuple(scale)
        self.shear = shear

    @cache_randomness
    def _draw(self, height: int, width: int) -> tuple[NDArray[np.float64], float]:
        """Return a 3 x 3 matrix, and the rotation in it in degrees."""
        rotation, shift, shear = np.eye(3), np.eye(3), np.eye(3)
        angle = random.uniform(-self.degrees, self.degrees)
        rotation[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), angle, random.uniform(*self.scale))
        shift[0, 2] = random.uniform(-self.translate, self.translate) * height
        shift[1, 2] = random.uniform(-self.translate, self.translate) * width
        shear[0, 1] = math.tan(math.radians(random.uniform(-self.shear, self.shear)))
        shear[1, 0] = math.tan(math.radians(random.uniform(-self.shear, self.shear)))
        return shear @ shift @ rotation, angle

    def transform(self, results: dict) -> dict:
        """Change ``img``, ``gt_bboxes`` and, where an object is dropped, every other ``gt_*`` of its row."""
        height, width = results["img"].shape[:2]
        matrix, angle = self._draw(height, width)
        results["img"] = cv2.warpPerspective(
            results["img"], matrix, dsize=(width, height), flags=cv2.INTER_LINEAR, borderValue=(_GREY,) * 3
        )
        before = results["gt_bboxes"].tensor.numpy()
        after = warp_boxes(before, matrix, angle, height, width)
        kept = is_worth_keeping(before, after)
        ignored = results["gt_ignore_flags"]
        kept[ignored] = _areas(after[ignored]) > 0
        results["gt_bboxes"] = HorizontalBoxes(after[kept], dtype=results["gt_bboxes"].dtype)
        for key in ("gt_bboxes_labels", "gt_identities", "gt_ignore_flags"):
            results[key] = results[key][kept]
        return results

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(degrees={self.degrees}, translate={self.translate}, scale={self.scale}, "
            f"shear={self.shear})"
        )


def warp_boxes(
    boxes: NDArray[np.floating], matrix: NDArray[np.float64], angle: float, height: int, width: int
) -> NDArray[np.float64]:
    """Return the boxes of warped objects, clipped to the image.

    Args:
        boxes: ``(N, 4)`` xyxy.
        matrix: 3 x 3, affine.
        angle: Rotation in it, degrees.
        height: Of the image, pixels.
        width: Of the image, pixels.

    Returns:
        ``(N, 4)`` xyxy.
    """
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    warped = corners @ matrix[:2, :2].T + matrix[:2, 2]
    low, high = warped.min(axis=1), warped.max(axis=1)
    radians = math.radians(angle)
    half = (high - low) / 2 * max(abs(math.sin(radians)), abs(math.cos(radians))) ** 0.5
    centre = (low + high) / 2
    size = np.array([width, height])
    return np.concatenate([np.clip(centre - half, 0, size), np.clip(centre + half, 0, size)], axis=1)


def is_worth_keeping(before: NDArray[np.floating], after: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return ``(N,)`` whether enough is left of ``(N, 4)`` boxes after they were warped and clipped."""
    sides = after[:, 2:] - after[:, :2]
    large = (sides > 4).all(axis=1)
    much = _areas(after) > 0.1 * _areas(before)
    compact = sides.max(axis=1) < 10 * sides.min(axis=1)
    return large & much & compact


def _areas(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
