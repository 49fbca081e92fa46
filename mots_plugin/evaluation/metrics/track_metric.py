"""What track metrics share: results go to disk as they come, and each video is scored from its file when it ends."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.dist import all_gather_object, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger
from mmengine.structures import InstanceData
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.families import (
    ClassPairs,
    SequenceCounts,
    check_metric_names,
    choose_families,
    count_classes,
    summarise,
)
from mots_plugin.evaluation.results import ResultWriter
from mots_plugin.evaluation.tables import format_summary
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError


class TrackMetric(BaseMetric):
    """Metrics over videos that come in frame by frame.

    Every process writes and scores its own videos, which must be whole; only counts travel between processes. The
    tracks of a video are written with frame numbers as in the source, and scored from that file, so the numbers are
    those of the files. Memory does not grow with the length of a video.

    A subclass names the metric families it knows (``known_metrics``, the first being the default) and how results are
    written (``writer_type``), and has ``append`` and ``compare``.

    Args:
        ann_file: Ground truth, COCO-video json.
        metric: Names of metric families; see :data:`mots_plugin.evaluation.functional.families.METRIC_FAMILIES`. The
            first that the subclass knows by default.
        out_dir: Where to leave ``tracks/<video>.txt`` and ``metrics.json``; without it the tracks go to a temporary
            folder that is removed.
        classes: Names of the classes to score; by default those of the data set.
        prefix: Put before the names of the metrics.
    """

    known_metrics: ClassVar[tuple[str, ...]]
    writer_type: ClassVar[type[ResultWriter]]

    def __init__(
        self,
        ann_file: str,
        metric: str | Sequence[str] = (),
        out_dir: str | None = None,
        classes: Sequence[str] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(prefix="tracks")  # without any, the base class warns; the names are clear without one
        self.prefix = prefix
        names = [metric] if isinstance(metric, str) else list(metric or self.known_metrics[:1])
        check_metric_names(names, self.known_metrics)
        families = choose_families(names)
        if not os.path.isfile(ann_file):
            raise FormatError(ann_file, "annotation file not found", "convert the data set first (data_converters/)")
        self.ann_file = ann_file
        self.families = families
        self.out_dir = out_dir
        self.classes = classes
        self.summary: dict[str, Any] = {}
        self._expected_frames: dict[str, int] = {}
        self._writer: ResultWriter | None = None
        self._temporary_folder: tempfile.TemporaryDirectory[str] | None = None

    @cached_property
    def annotations(self) -> CocoVideo:
        """The ground truth."""
        return read_coco_video(self.ann_file)

    @cached_property
    def dataset_class_ids(self) -> dict[str, int]:
        """Ids of the classes that labels count through, in that order."""
        ids = self.annotated_class_ids()
        names = (self.dataset_meta or {}).get("classes") or [name for name in ids if name != "ignore"]
        missing = [name for name in [*names, *(self.classes or [])] if name not in ids]
        if missing:
            raise FormatError(self.ann_file, f"has no class '{missing[0]}'", f"known are: {', '.join(ids)}")
        return {name: ids[name] for name in names}

    @property
    def scored_class_ids(self) -> dict[str, int]:
        """Ids of the classes to score, by name."""
        ids = self.dataset_class_ids
        return {name: ids[name] for name in self.classes or ids}

    def annotated_class_ids(self) -> dict[str, int]:
        """Return the ids of all classes of the annotation file, by name."""
        return {name: class_id for class_id, name in self.annotations.class_names.items()}

    def append(
        self, writer: Any, video: str, frame_number: int, instances: InstanceData, class_ids: NDArray[np.int64]
    ) -> int:
        """Write one frame.

        Args:
            writer: A ``writer_type``.
            video: Name of the video.
            frame_number: Number of the frame in the source.
            instances: ``pred_track_instances``, as arrays.
            class_ids: ``(M,)`` their classes, in the numbering of the annotation file.

        Returns:
            Number of frames of the video so far.
        """
        raise NotImplementedError

    def compare(self, video: str, path: Path) -> ClassPairs:
        """Compute every overlap of a finished video.

        Args:
            video: Name of the video.
            path: The file that was written.
        """
        raise NotImplementedError

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Write the frames that have been finished, and score the videos that end with them.

        Args:
            data_batch: Not used.
            data_samples: ``TrackDataSample.to_dict()`` of each video in the batch. ``video_data_samples`` holds any
                number of finished frames, each with ``pred_track_instances`` and the metainfo ``video_name``,
                ``frame_number`` and ``ori_video_length``.

        Raises:
            FormatError: Predictions that the writer refuses.
        """
        for track_data_sample in data_samples:
            for frame in track_data_sample.get("video_data_samples", []):
                self._process_frame(frame)

    def _process_frame(self, frame: DetDataSample) -> None:
        if self._writer is None:
            self._writer = self.writer_type(self._tracks_folder())
        video = frame.metainfo["video_name"]
        instances = frame.pred_track_instances.numpy()
        class_ids = np.fromiter(self.dataset_class_ids.values(), np.int64)
        self._expected_frames[video] = frame.metainfo["ori_video_length"]
        written = self.append(
            self._writer, video, frame.metainfo["frame_number"], instances, class_ids[instances.labels]
        )
        if written == self._expected_frames[video]:
            path = self._writer.finish(video)
            counts = count_classes(self.compare(video, path), self.scored_class_ids, self.families)
            self.results.append((video, counts))

    def _tracks_folder(self) -> Path:
        if self.out_dir is not None:
            return Path(self.out_dir) / "tracks"
        self._temporary_folder = tempfile.TemporaryDirectory(prefix="tracks_")
        return Path(self._temporary_folder.name)

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather the counts of all processes, log the tables and return the metrics.

        Args:
            size: Not used: videos are counted whole, and no process is given one twice.

        Returns:
            ``{"car/sMOTSA": 0.6, …, "pedestrian/…": …, "all/…": …}`` as fractions, counts as integers; on every
            process.

        Raises:
            FormatError: A video ended early, or none was tracked.
        """
        unfinished = {} if self._writer is None else self._writer.unfinished
        parts = all_gather_object((self.results, unfinished, self._expected_frames))
        results = [result for part, _, _ in parts for result in part]
        self.discard_unfinished()
        for _, unfinished, expected in parts:
            for video, frames in unfinished.items():
                problem = f"only {frames} of the {expected[video]} frames of video {video} were tracked"
                raise FormatError(self.ann_file, problem, "let each process test whole videos, frame after frame")
        metrics = self.compute_metrics(results)
        return {f"{self.prefix}/{name}" if self.prefix else name: value for name, value in metrics.items()}

    def discard_unfinished(self) -> None:
        """Get ready for the next run, removing what was written of videos that did not end."""
        if self._writer is not None:
            self._writer.discard_unfinished()
            self._writer = None
        if self._temporary_folder is not None:
            self._temporary_folder.cleanup()
            self._temporary_folder = None
        self.results.clear()
        self._expected_frames = {}

    def compute_metrics(self, results: list[tuple[str, SequenceCounts]]) -> dict[str, float]:
        """Turn the counts of all videos into metrics, and log them.

        Args:
            results: Name and counts of each video.

        Raises:
            FormatError: There is no video.
        """
        if not results:
            raise FormatError(self.ann_file, "no video was tracked to its end", "check the test data loader")
        logger = MMLogger.get_current_instance()
        counts = dict(results)
        missing = [video["name"] for video in self.annotations.videos if video["name"] not in counts]
        if missing:
            logger.warning(f"Not tracked, so not scored: {', '.join(missing)} (of {self.ann_file})")
        self.summary = summarise(counts, self.families)
        for family in self.families.values():
            logger.info(f"\n{format_summary(self.summary, family.columns)}")
        if self.out_dir is not None and is_main_process():
            self.write_json(Path(self.out_dir) / "metrics.json")
            logger.info(f"Tracks and metrics lie in {self.out_dir}")
        return {
            f"{class_name}/{metric}": value
            for class_name, scores in self.summary.items()
            if class_name != "sequences"
            for metric, value in scores.items()
        }

    def write_json(self, path: str | os.PathLike[str]) -> None:
        """Write all numbers, unrounded: classes, "all" and "sequences".

        Args:
            path: The file.
        """
        with atomic_write(path) as file:
            json.dump(self.summary, file, indent=2)
            file.write("\n")
