"""Images of any shape on one canvas: scaled as they are, padded with grey."""

from __future__ import annotations

import cv2
from mmcv.transforms import BaseTransform
from mmdet.registry import TRANSFORMS

_GREY = 127.5


@TRANSFORMS.register_module()
class Letterbox(BaseTransform):
    """Scales an image into a canvas, keeping its aspect ratio, and centres it there, as YOLOv3 and JDE do.

    Boxes are moved by the exact half of the free space, the image by that half rounded to whole pixels, as in the
    official implementation.

    Changes ``img``, ``img_shape`` and, where there are some, ``gt_bboxes``; adds ``scale_factor``, one number for both
    axes, twice, and ``pad_param``, the exact space (above, below, left, right) in pixels of the canvas.

    Args:
        size: ``(width, height)`` of the canvas.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = tuple(size)

    def transform(self, results: dict) -> dict:
        """Change one image."""
        height, width = results["img"].shape[:2]
        ratio = min(self.size[1] / height, self.size[0] / width)
        scaled = round(width * ratio), round(height * ratio)
        x, y = (self.size[0] - scaled[0]) / 2, (self.size[1] - scaled[1]) / 2
        # With a rest of one pixel, the smaller part comes first.
        edges = round(y - 0.1), round(y + 0.1), round(x - 0.1), round(x + 0.1)
        image = cv2.resize(results["img"], scaled, interpolation=cv2.INTER_AREA)
        results["img"] = cv2.copyMakeBorder(image, *edges, cv2.BORDER_CONSTANT, value=(_GREY,) * 3)
        results["img_shape"] = results["img"].shape[:2]
        results["scale_factor"] = (ratio, ratio)
        results["pad_param"] = (y, y, x, x)
        if "gt_bboxes" in results:
            results["gt_bboxes"].rescale_((ratio, ratio))
            results["gt_bboxes"].translate_((x, y))
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"
