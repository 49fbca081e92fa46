"""Boxes, labels, masks and identities of a frame."""

from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.datasets.transforms import LoadAnnotations, LoadTrackAnnotations
from mmdet.registry import TRANSFORMS

from mots_plugin.formats.errors import FormatError


@TRANSFORMS.register_module()
class LoadMOTSAnnotations(LoadTrackAnnotations):
    """Loads what ``MOTSVideoDataset`` gives as ``instances``; run it after the image is loaded.

    Adds ``gt_bboxes`` (N, 4) float32 xyxy, ``gt_bboxes_labels`` (N,) int64, ``gt_instances_ids`` (N,) int32 from 1,
    ``gt_ignore_flags`` (N,) bool and, with masks, ``gt_masks`` (N bitmaps of the image's size). Rows belong together;
    ignored instances are rows like any other.

    Args:
        with_mask: Load masks too.

    Raises:
        FormatError: The image file has another size than the annotations say.
    """

    def __init__(self, with_mask: bool = True) -> None:
        super().__init__(with_mask=with_mask)

    def transform(self, results: dict) -> dict:
        """Add the annotations of one frame."""
        _check_size(results)
        return super().transform(results)


@TRANSFORMS.register_module()
class LoadIdentifiedBoxes(LoadAnnotations):
    """Loads what ``IdentifiedBoxDataset`` gives as ``instances``; run it after the image is loaded.

    Adds ``gt_bboxes`` (N, 4) float32 xyxy, ``gt_bboxes_labels`` (N,) int64, ``gt_identities`` (N,) int64, -1 where none
    is known, ``gt_ignore_flags`` (N,) bool and, with masks, ``gt_masks`` (N bitmaps of the image's size).

    Args:
        with_mask: Load masks too.

    Raises:
        FormatError: The image file has another size than the annotations say.
    """

    def __init__(self, with_mask: bool = False) -> None:
        super().__init__(with_bbox=True, with_mask=with_mask)

    def transform(self, results: dict) -> dict:
        """Add the annotations of one image."""
        _check_size(results)
        results = super().transform(results)
        identities = [instance["identity"] for instance in results["instances"]]
        results["gt_identities"] = np.array(identities, np.int64)
        return results


def _check_size(results: dict) -> None:
    annotated = (results["height"], results["width"])
    if tuple(results["ori_shape"]) != annotated:
        raise FormatError(
            results["img_path"],
            f"image has height and width {tuple(results['ori_shape'])}, its annotations have {annotated}",
            "restore the image, or convert the annotations again",
        )


@TRANSFORMS.register_module()
class FitBoxesToMasks(BaseTransform):
    """Makes boxes tight around the masks as they are now, and drops instances whose mask has vanished.

    Run it after resizing and cropping: a scaled box is not the box of the scaled mask.
    """

    def transform(self, results: dict) -> dict:
        """Change ``gt_bboxes`` and, where a mask is empty, every other ``gt_*`` of its row."""
        kept = np.flatnonzero(results["gt_masks"].areas > 0)
        results["gt_masks"] = results["gt_masks"][kept]
        results["gt_bboxes"] = results["gt_masks"].get_bboxes("hbox").numpy()
        for key in ("gt_bboxes_labels", "gt_instances_ids", "gt_ignore_flags"):
            results[key] = results[key][kept]
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
