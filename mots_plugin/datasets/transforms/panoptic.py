"""Panoptic maps of frames, and clips that carry them."""

from __future__ import annotations

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmdet.registry import TRANSFORMS
from mmengine.structures import PixelData

from mots_plugin.datasets.transforms.packing import PackMOTSInputs
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.step_png import INSTANCE_BITS, read_step_png


@TRANSFORMS.register_module()
class LoadPanopticMap(BaseTransform):
    """Loads the classes of all pixels from a frame's panoptic map; run it after the image is loaded.

    Raises:
        FormatError: The map is missing, is none, or has another size than the image.
    """

    def transform(self, results: dict) -> dict:
        """Add ``gt_seg_map`` (H, W) uint8, void 255, to one frame."""
        path = results["seg_map_path"]
        try:
            ids = read_step_png(path)
        except OSError as error:
            cure = "restore the file, or correct data_prefix=dict(seg_map_path=…)"
            raise FormatError(path, f"cannot be read ({error.strerror})", cure) from error
        if ids.shape != tuple(results["ori_shape"]):
            problem = f"has height and width {ids.shape}, its image {tuple(results['ori_shape'])}"
            raise FormatError(path, problem, "restore the map or the image")
        results["gt_seg_map"] = (ids >> INSTANCE_BITS).astype(np.uint8)
        results.setdefault("seg_fields", []).append("gt_seg_map")
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@TRANSFORMS.register_module()
class PackPanopticInputs(PackMOTSInputs):
    """:class:`PackMOTSInputs`, where each frame has ``gt_sem_seg.sem_seg`` (1, H, W) uint8 as well."""

    def transform(self, results: dict) -> dict:
        """Pack one clip."""
        packed = super().transform(results)
        for data_sample, classes in zip(packed["data_samples"], results["gt_seg_map"], strict=True):
            data_sample.gt_sem_seg = PixelData(sem_seg=torch.from_numpy(np.ascontiguousarray(classes)[None]))
        return packed
