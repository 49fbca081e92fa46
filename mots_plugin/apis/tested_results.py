"""The results of a test run, as its evaluators have left them, ready to be looked at again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from mmengine.config import Config
from mmengine.evaluator import BaseMetric

from mots_plugin.apis.scored_results import ComparedSequence, ScoredResult, compared_sequence, result_of_files
from mots_plugin.evaluation.file_scoring import SequenceJob
from mots_plugin.evaluation.metrics import BoxTrackMetric, MOTSMetric, PanopticTrackMetric
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.step_sequences import find_step_sequences

Images = Callable[[str], Mapping[int, Path]]


def tested_results(metrics: Sequence[BaseMetric], config: Config) -> list[ScoredResult]:
    """Return what there is to look at, one for each evaluator of tracks, in order.

    Args:
        metrics: The evaluators, after the test; each has written to a folder.
        config: Of the run, for the images.
    """
    dataset = config.test_dataloader.dataset
    root = Path(dataset.get("data_root") or "")
    annotations = read_coco_video(root / dataset.ann_file)
    images = partial(_images, annotations, root / dataset.get("data_prefix", {}).get("img_path", ""))
    results = []
    for metric in metrics:
        if isinstance(metric, PanopticTrackMetric):
            results.append(_panoptic_result(metric, images))
        elif isinstance(metric, MOTSMetric | BoxTrackMetric):
            results.append(_track_result(metric, images))
    return results


def _images(annotations: CocoVideo, folder: Path, video: str) -> dict[int, Path]:
    frames = annotations.frames(video)
    return {number: folder / file for number, file in zip(frames.frame_numbers, frames.file_names, strict=True)}


def _track_result(metric: MOTSMetric | BoxTrackMetric, images: Images) -> ScoredResult:
    def compare(video: str) -> ComparedSequence:
        pairs = metric.compare(video, Path(metric.out_dir or "") / "tracks" / f"{video}.txt")
        return compared_sequence(video, metric.annotations.frames(video).frame_numbers, pairs)

    return ScoredResult(
        kind="masks" if isinstance(metric, MOTSMetric) else "boxes",
        summary=metric.summary,
        columns=[family.columns for family in metric.families.values()],
        class_ids=metric.scored_class_ids,
        sequences={video: partial(compare, video) for video in metric.summary["sequences"]},
        images=images,
    )


def _panoptic_result(metric: PanopticTrackMetric, images: Images) -> ScoredResult:
    written = find_step_sequences(Path(metric.out_dir or "") / "panoptic_maps")
    jobs = [
        SequenceJob(metric.benchmark, metric.truths[video], written[video], SequenceRange(video), metric.metrics)
        for video in metric.summary["sequences"]
    ]
    return result_of_files(jobs, metric.summary, images)
