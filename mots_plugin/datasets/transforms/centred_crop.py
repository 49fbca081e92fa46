"""A crop of fixed size around one of the objects of a frame."""

from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.registry import TRANSFORMS

from mots_plugin.datasets.transforms.annotations import FitBoxesToMasks
from mots_plugin.formats.coco_video import annotation_mask
from mots_plugin.formats.rle import RLE, decode_crop


@TRANSFORMS.register_module()
class CropAroundObject(BaseTransform):
    """Cuts a frame to a window around the centroid of one object, moved so that it lies inside the image.

    PointTrack's segmenter is first trained on such crops, 160x640 around cars and 160x256 around pedestrians; they keep
    all objects they show, and drop the others.

    Takes ``object_row``, as ``MOTSFrameDataset(per_object=True)`` gives it, and changes ``img``, ``img_shape``,
    ``gt_masks`` and the other ``gt_*``; boxes are tight around what is left of each mask. ``crop_window`` (x0, y0, x1,
    y1), whole pixels, tells where the crop lies in the image.

    Args:
        size: Height and width, pixels; an image that is smaller keeps its own.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = tuple(size)
        self._fit_boxes = FitBoxesToMasks()

    def transform(self, results: dict) -> dict:
        """Cut one frame."""
        x, y = self._centroid(results)
        height, width = results["img"].shape[:2]
        rows, columns = min(self.size[0], height), min(self.size[1], width)
        # Truncated, as in the released crops.
        y0 = int(np.clip(y - rows / 2, 0, height - rows))
        x0 = int(np.clip(x - columns / 2, 0, width - columns))
        window = x0, y0, x0 + columns, y0 + rows
        results["crop_window"] = window
        results["img"] = np.ascontiguousarray(results["img"][y0 : y0 + rows, x0 : x0 + columns])
        results["img_shape"] = (rows, columns)
        results["gt_masks"] = results["gt_masks"].crop(np.array(window))
        return self._fit_boxes(results)

    def _centroid(self, results: dict) -> tuple[float, float]:
        instance = results["instances"][results["object_row"]]
        # Of the mask as it was annotated: what was pasted since may hide it.
        mask = annotation_mask({"segmentation": instance["mask"], "id": instance["instance_id"]}, results["img_path"])
        return centroid(mask)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


def centroid(mask: RLE) -> tuple[float, float]:
    """Return the mean column and the mean row of a mask's pixels, counted from 0."""
    crop, left, top = decode_crop(mask)
    rows, columns = np.nonzero(crop)
    return left + columns.mean(), top + rows.mean()
