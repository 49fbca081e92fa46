"""The panoptic track metrics as mmengine runs them: each frame is counted as it comes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from mmdet.registry import METRICS
from mmdet.structures import DetDataSample
from mmengine.dist import all_gather_object, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.families import check_metric_names
from mots_plugin.evaluation.functional.panoptic_families import PANOPTIC_FAMILIES, PanopticSequenceCounter
from mots_plugin.evaluation.functional.panoptic_overlaps import count_overlaps
from mots_plugin.evaluation.panoptic_results import PanopticResultWriter
from mots_plugin.evaluation.step_scoring import StepBenchmark
from mots_plugin.evaluation.tables import format_tables
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.step_sequences import StepSequence, find_step_sequences


class _OpenVideo:
    """A video that is being tracked."""

    def __init__(self, truth: StepSequence, counter: PanopticSequenceCounter) -> None:
        self.truth = truth
        self.counter = counter
        self.remaining = set(truth.members)
        self.frames = 0
        self.files = ExitStack()
        self.read = self.files.enter_context(truth.opened())


@METRICS.register_module()
class PanopticTrackMetric(BaseMetric):
    """STQ, PQ, VPQ, PAT and PTQ over videos that come in frame by frame.

    Every process counts its own videos, which must be whole; only counts travel between processes. Of a video, no more
    is kept than its table of overlaps and a few numbers for each object and frame.

    Args:
        panoptic_maps: Ground truth: folder or zip file of maps, as
            :func:`mots_plugin.formats.step_sequences.find_step_sequences` finds them; videos go by the names there.
        ann_file: COCO-video json that names the videos to be tested; without it, all of the ground truth are.
        metric: Names of metric families; see
            :data:`mots_plugin.evaluation.functional.panoptic_families.PANOPTIC_FAMILIES`.
        out_dir: Where to leave ``panoptic_maps/<video>/FFFFFF.png`` and ``metrics.json``; nothing is written without.
        class_list: ``kitti_step``, ``motchallenge_step`` or a json file.
        options: Other fields of :class:`mots_plugin.evaluation.step_scoring.StepBenchmark`, by name.
        prefix: Put before the names of the metrics.
    """

    known_metrics = tuple(PANOPTIC_FAMILIES)

    def __init__(
        self,
        panoptic_maps: str,
        ann_file: str | None = None,
        metric: str | Sequence[str] = ("stq",),
        out_dir: str | None = None,
        class_list: str = "kitti_step",
        options: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(prefix="panoptic")  # without any, the base class warns; the names are clear without one
        self.prefix = prefix
        self.benchmark = StepBenchmark(class_list, **(options or {}))
        self.metrics = (metric,) if isinstance(metric, str) else tuple(metric)
        check_metric_names(self.metrics, self.benchmark.metrics)
        self.panoptic_maps = panoptic_maps
        self.ann_file = ann_file
        self.out_dir = out_dir
        self.summary: dict[str, Any] = {}
        self._videos: dict[str, _OpenVideo] = {}
        self._writer: PanopticResultWriter | None = None

    @cached_property
    def truths(self) -> dict[str, StepSequence]:
        """The ground truth by video."""
        return find_step_sequences(self.panoptic_maps)

    def process(self, data_batch: Any, data_samples: Sequence[Mapping[str, Any]]) -> None:
        """Count the frames that have been finished.

        Args:
            data_batch: Not used.
            data_samples: ``TrackDataSample.to_dict()`` of each video in the batch. ``video_data_samples`` holds any
                number of finished frames, each with ``pred_panoptic_seg.sem_seg``, ``(1, H, W)`` panoptic ids in the
                original image (:mod:`mots_plugin.formats.step_png`), and the metainfo ``video_name``, ``frame_number``
                and ``ori_video_length``.

        Raises:
            FormatError: The ground truth has no such video, or a map of another size, or one with unknown classes.
        """
        for track_data_sample in data_samples:
            for frame in track_data_sample.get("video_data_samples", []):
                self._process_frame(frame)

    def _process_frame(self, frame: DetDataSample) -> None:
        name, number = frame.metainfo["video_name"], frame.metainfo["frame_number"]
        if name not in self._videos:
            self._videos[name] = self._start(name)
        video = self._videos[name]
        ids = frame.pred_panoptic_seg.numpy().sem_seg[0].astype(np.uint32)
        if self.out_dir is not None:
            if self._writer is None:
                self._writer = PanopticResultWriter(Path(self.out_dir) / "panoptic_maps")
            self._writer.append(name, number, ids)
        if number in video.remaining:
            self._count(video, number, ids)
        video.frames += 1
        if video.frames == frame.metainfo["ori_video_length"]:
            self._finish(name)

    def _start(self, name: str) -> _OpenVideo:
        if name not in self.truths:
            raise FormatError(self.panoptic_maps, f"has no video {name}", f"it has {', '.join(self.truths)}")
        counter = PanopticSequenceCounter(self.benchmark.panoptic_classes, self.metrics, self.benchmark.options)
        return _OpenVideo(self.truths[name], counter)

    def _count(self, video: _OpenVideo, number: int, ids: NDArray[np.uint32]) -> None:
        truth, path = video.read(number), video.truth.path(number)
        if truth.shape != ids.shape:
            problem = "is of {} x {} pixels, the prediction of {} x {}".format(*truth.shape, *ids.shape)
            raise FormatError(path, problem, "predict maps at the size of the original image (height x width)")
        overlaps = count_overlaps(truth, ids)
        known = self.benchmark.panoptic_classes.is_known
        for side, class_ids in (("it", overlaps.truth_classes), ("its prediction", overlaps.prediction_classes)):
            if not known[class_ids].all():
                problem = f"{side} has pixels of class {class_ids[~known[class_ids]][0]}, which is unknown"
                raise FormatError(path, problem, "name the right class_list")
        video.counter.update(overlaps)
        video.remaining.discard(number)

    def _finish(self, name: str) -> None:
        video = self._videos.pop(name)
        video.files.close()
        if video.remaining:
            problem = f"frame {min(video.remaining)} of video {name} was not tracked"
            raise FormatError(video.truth.path(min(video.remaining)), problem, "test every frame of the ground truth")
        if self._writer is not None:
            self._writer.finish(name)
        self.results.append((name, video.counter.result()))

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather the counts of all processes, log the tables and return the metrics.

        Args:
            size: Not used: videos are counted whole, and no process is given one twice.

        Returns:
            ``{"car/PQ": 0.6, …, "all/STQ": …}`` as fractions, counts as integers; on every process.

        Raises:
            FormatError: A video ended early, or none was tracked.
        """
        unfinished = {name: video.frames for name, video in self._videos.items()}
        parts = all_gather_object((self.results, unfinished))
        results = [result for part, _ in parts for result in part]
        self.discard_unfinished()
        for _, unfinished in parts:
            for name, frames in unfinished.items():
                problem = f"only the first {frames} frames of video {name} were tracked"
                raise FormatError(self.panoptic_maps, problem, "let each process test whole videos, frame after frame")
        metrics = self.compute_metrics(results)
        return {f"{self.prefix}/{name}" if self.prefix else name: value for name, value in metrics.items()}

    def discard_unfinished(self) -> None:
        """Get ready for the next run, removing what was written of videos that did not end."""
        for video in self._videos.values():
            video.files.close()
        self._videos.clear()
        if self._writer is not None:
            self._writer.discard_unfinished()
            self._writer = None
        self.results.clear()

    def _wanted_videos(self) -> list[str]:
        if self.ann_file is None:
            return list(self.truths)
        return [video["name"] for video in read_coco_video(self.ann_file).videos]

    def compute_metrics(self, results: list[tuple[str, dict[str, Any]]]) -> dict[str, float]:
        """Turn the counts of all videos into metrics, and log them.

        Args:
            results: Name and counts of each video.

        Raises:
            FormatError: There is no video.
        """
        if not results:
            raise FormatError(self.panoptic_maps, "no video was tracked to its end", "check the test data loader")
        logger = MMLogger.get_current_instance()
        counts = dict(results)
        missing = [name for name in self._wanted_videos() if name not in counts]
        if missing:
            logger.warning(
                f"Not tracked, so not scored: {', '.join(missing)} (of {self.ann_file or self.panoptic_maps})"
            )
        self.summary = self.benchmark.summarise(counts, self.metrics)
        logger.info(f"\n{format_tables(self.summary, [self.benchmark.metrics[name] for name in self.metrics])}")
        if self.out_dir is not None and is_main_process():
            path = Path(self.out_dir) / "metrics.json"
            with atomic_write(path) as file:
                json.dump(self.summary, file, indent=2)
                file.write("\n")
            logger.info(f"Panoptic maps and metrics lie in {self.out_dir}")
        return {
            f"{class_name}/{metric}": value
            for class_name, scores in self.summary.items()
            if class_name != "sequences"
            for metric, value in scores.items()
        }
