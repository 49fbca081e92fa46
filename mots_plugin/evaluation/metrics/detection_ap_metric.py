"""Detection average precision as mmengine runs it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from mmdet.registry import METRICS
from mmengine.dist import is_main_process
from mmengine.logging import MMLogger
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.detection_ap import (
    DetectionPairs,
    pair_boxes,
    per_image_average_precision,
    pooled_average_precision,
)
from mots_plugin.evaluation.functional.families import check_metric_names
from mots_plugin.evaluation.metrics.frame_metric import FrameMetric, to_array
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.text_table import format_table

_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
_COLUMNS = ("AP", "AP50", "AP75", "image_AP50", "image_recall", "image_precision")
Detections = tuple[NDArray, NDArray, NDArray]


@METRICS.register_module()
class DetectionAPMetric(FrameMetric):
    """Box AP of each class and their mean: pooled as COCO has it, and averaged over images as JDE reports it.

    ``AP`` (mean over IoU 0.50 to 0.95), ``AP50`` and ``AP75`` equal COCOeval's, except that no detection is cut off
    (COCO keeps the 100 best an image). ``image_AP50``, ``image_recall`` and ``image_precision`` are those of
    :func:`mots_plugin.evaluation.functional.detection_ap.per_image_average_precision`; ignore regions, which that form
    does not know, are left out there.

    Args:
        ann_file: Ground truth, COCO-video json.
        predictions: Field of the data samples with ``bboxes`` (in the original image), ``scores`` and ``labels``.
        image_score_threshold: Least score of a detection in the per-image form.
        metric: Names of metric families; there is but one, ``ap``.
        out_dir: Where to leave ``metrics.json``; nothing is written without it.
        prefix: Put before the names of the metrics.
    """

    known_metrics: ClassVar[tuple[str, ...]] = ("ap",)

    def __init__(
        self,
        ann_file: str,
        predictions: str = "pred_instances",
        image_score_threshold: float = 0.3,
        metric: str | Sequence[str] = "ap",
        out_dir: str | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(prefix)
        if not os.path.isfile(ann_file):
            raise FormatError(ann_file, "annotation file not found", "convert the data set first (data_converters/)")
        check_metric_names([metric] if isinstance(metric, str) else metric, self.known_metrics)
        self.ann_file = ann_file
        self.out_dir = out_dir
        self.predictions = predictions
        self.image_score_threshold = image_score_threshold

    @cached_property
    def _annotations(self) -> CocoVideo:
        return read_coco_video(self.ann_file)

    def keep(self, frame: Mapping[str, Any]) -> Detections:
        """Return boxes, scores and labels of a frame."""
        found = frame[self.predictions]
        return to_array(found["bboxes"]), to_array(found["scores"]), to_array(found["labels"])

    def compute_metrics(self, results: list[tuple[int, Detections]]) -> dict[str, float]:
        """Score the detections of all images that were seen, and log a table.

        Args:
            results: Image id and detections of each.

        Returns:
            ``{"car/AP": 0.3, …, "mean/AP50": …}`` as fractions, NaN for a class without truth.

        Raises:
            FormatError: No image was seen, or the annotations lack a class.
        """
        if not results:
            raise FormatError(self.ann_file, "no image was tested", "check the test data loader")
        images = np.repeat([image for image, _ in results], [len(found[1]) for _, found in results])
        boxes, scores, labels = (
            np.concatenate(column) for column in zip(*(found for _, found in results), strict=True)
        )
        truths, truth_images, categories, ignored = self._truths([image for image, _ in results])
        rows = []
        for label, category in enumerate(self._category_ids().values()):
            own, gt = labels == label, (categories == category) | ignored
            pooled = pair_boxes(boxes[own], scores[own], images[own], truths[gt], truth_images[gt], ignored[gt])
            own, gt = own & (scores >= self.image_score_threshold), gt & ~ignored
            confident = pair_boxes(boxes[own], scores[own], images[own], truths[gt], truth_images[gt])
            rows.append(self._score(pooled, confident))
        rows.append(np.ma.masked_invalid(rows).mean(axis=0).filled(np.nan).tolist())
        summary = {
            name: dict(zip(_COLUMNS, row, strict=True))
            for name, row in zip([*self._category_ids(), "mean"], rows, strict=True)
        }
        cells = [[name, *(f"{100 * value:.1f}" for value in row.values())] for name, row in summary.items()]
        MMLogger.get_current_instance().info(f"\n{format_table(['class', *_COLUMNS], cells)}")
        if self.out_dir is not None and is_main_process():
            with atomic_write(Path(self.out_dir) / "metrics.json") as file:
                json.dump(summary, file, indent=2)
        return {f"{name}/{column}": value for name, row in summary.items() for column, value in row.items()}

    @staticmethod
    def _score(pooled: DetectionPairs, confident: DetectionPairs) -> list[float]:
        values = pooled_average_precision(pooled, _THRESHOLDS)
        by_image = per_image_average_precision(confident)
        return [
            float(values.mean()), float(values[0]), float(values[5]), by_image.ap, by_image.recall, by_image.precision,
        ]  # fmt: skip

    def _category_ids(self) -> dict[str, int]:
        """Categories that the labels count through, by name."""
        ids = {name: category for category, name in self._annotations.class_names.items()}
        names = (self.dataset_meta or {}).get("classes") or [name for name in ids if name != "ignore"]
        missing = [name for name in names if name not in ids]
        if missing:
            raise FormatError(self.ann_file, f"has no class '{missing[0]}'", f"known are: {', '.join(ids)}")
        return {name: ids[name] for name in names}

    def _truths(self, images: Sequence[int]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Return ``(G, 4)`` boxes, images, categories and ignore flags of the truths of some images."""
        found = [annotation for image in images for annotation in self._annotations.annotations(image)]
        boxes = np.array([annotation["bbox"] for annotation in found], np.float64).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        image_ids = np.array([annotation["image_id"] for annotation in found], np.int64)
        categories = np.array([annotation["category_id"] for annotation in found], np.int64)
        crowds = [bool(annotation.get("iscrowd")) for annotation in found]
        return boxes, image_ids, categories, np.array(crowds, bool)
