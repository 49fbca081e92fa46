"""The image of a frame."""

from __future__ import annotations

import cv2
import numpy as np
from mmcv.transforms import BaseTransform, LoadImageFromFile
from mmdet.registry import TRANSFORMS

from mots_plugin.formats.errors import FormatError


@TRANSFORMS.register_module()
class LoadFrameImage(LoadImageFromFile):
    """Loads an image as mmcv does, and names the file that cannot be: OpenCV would not say which of thousands it is.

    Raises:
        FormatError: The file is missing, empty, truncated or no image.
    """

    def transform(self, results: dict) -> dict | None:
        """Add ``img`` (H, W, 3) uint8 BGR, ``img_shape`` and ``ori_shape`` to one frame."""
        try:
            return super().transform(results)
        except (OSError, AssertionError, cv2.error) as error:
            problem = error.strerror if isinstance(error, OSError) and error.strerror else "not a whole image"
            raise FormatError(results["img_path"], f"cannot be read ({problem})", "restore the file") from error


@TRANSFORMS.register_module()
class BlankFrameImage(BaseTransform):
    """Stands in for :class:`LoadFrameImage` where there are annotations without images: all pixels are black."""

    def transform(self, results: dict) -> dict:
        """Add ``img`` (H, W, 3) uint8 zeros, ``img_shape`` and ``ori_shape`` to one frame."""
        shape = (results["height"], results["width"])
        results.update(img=np.zeros((*shape, 3), np.uint8), img_shape=shape, ori_shape=shape)
        return results
