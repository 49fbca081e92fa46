"""Detections on their way to disk, as a metric because that is what sees every frame of a test run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from mmdet.registry import METRICS
from mmdet.structures import DetDataSample
from mmengine.evaluator import BaseMetric
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.detections_txt import format_detections
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.video_text_files import VideoTextFiles


@METRICS.register_module()
class DetectionRecorder(BaseMetric):
    """Writes what the tracker was given, frame by frame, to one file a video in TrackR-CNN's text format.

    The files are those that ``tools/track_detections.py`` and ``tools/tune_tracker.py`` read. Each process writes its
    own videos, which must be whole.

    Args:
        out_dir: Folder for ``<video>.txt``.
        ann_file: COCO-video json of the videos, whose categories number the classes.
    """

    def __init__(self, out_dir: str, ann_file: str | os.PathLike[str]) -> None:
        super().__init__(prefix="detections")  # without any, the base class warns
        self._ann_file = ann_file
        self._files = VideoTextFiles(out_dir)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Write the frames that have been finished.

        Args:
            data_batch: Not used.
            data_samples: ``TrackDataSample.to_dict()`` of each video in the batch; its frames have ``pred_instances``
                and the metainfo ``video_name``, ``frame_id`` and ``ori_video_length``.

        Raises:
            FormatError: The annotation file lacks a class of the data set.
        """
        for track_data_sample in data_samples:
            for frame in track_data_sample["video_data_samples"]:
                self._write(frame)

    def _write(self, frame: DetDataSample) -> None:
        found = frame.pred_instances
        video, index = frame.metainfo["video_name"], frame.metainfo["frame_id"]
        lines = format_detections(
            index,
            found.bboxes,
            found.scores,
            self._class_ids[found.labels],
            found.get("masks"),
            found.get("embeddings"),
        )
        if self._files.append(video, index, lines) == frame.metainfo["ori_video_length"]:
            self._files.finish(video)

    @cached_property
    def _class_ids(self) -> NDArray[np.int64]:
        """Class ids by label, as those who read the detections with the same annotation file have them."""
        ids = read_coco_video(self._ann_file).mask_class_ids
        names = (self.dataset_meta or {}).get("classes", ())
        for name in names:
            if name not in ids:
                raise FormatError(self._ann_file, f"has no class '{name}'", f"known are: {', '.join(ids)}")
        return np.array([ids[name] for name in names], np.int64)

    def evaluate(self, size: int) -> dict[str, float]:
        """Return no metric; files of videos that did not end are removed.

        Args:
            size: Not used.
        """
        self.discard_unfinished()
        return {}

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Return no metric."""
        return {}

    def discard_unfinished(self) -> None:
        """Remove the files of videos that did not end."""
        self._files.discard_unfinished()
