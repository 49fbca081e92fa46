"""Tracking without a network: detections from files, flow from a provider, tracks to files. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.evaluation.functional.families import MetricFamily, SequenceCounts, count_sequence
from mots_plugin.evaluation.results import TrackResultWriter
from mots_plugin.flow import FlowProvider, FlowQuery
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.detections_txt import Detections, read_detections_txt
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.structures import Frame, Observations, Tracks


class Tracker(Protocol):
    """What is asked of a tracker."""

    def reset(self) -> None:
        """Forget the last video."""

    def track(self, observations: Observations, frame: Frame) -> Tracks:
        """Give identities to one frame's observations."""


@dataclass(frozen=True)
class VideoDetections:
    """The detections of one video, frame by frame, and all that tracking them takes.

    Attributes:
        name: Name of the video.
        frame_numbers: Number of each frame in the source.
        image_shape: ``(height, width)``.
        observations: Detections of each frame.
        flow_queries: What to ask a flow provider for each frame; None where no flow is wanted.
    """

    name: str
    frame_numbers: Sequence[int]
    image_shape: tuple[int, int]
    observations: list[Observations]
    flow_queries: list[FlowQuery] | None = None


@dataclass(frozen=True)
class DetectedDataset:
    """A data set with its detections, as a config and two folders describe it.

    Attributes:
        annotations: Ground truth, and the frames of every video.
        class_ids: Ids of the classes that labels count through, by name, as of :attr:`CocoVideo.mask_class_ids`.
        images: Folder that file names are relative to.
        detections: Folder with ``<video>.txt``.
        flow_config: Config of a flow provider, None if the tracker asks for no flow.
    """

    annotations: CocoVideo
    class_ids: dict[str, int]
    images: Path
    detections: Path
    flow_config: dict[str, Any] | None

    @classmethod
    def from_config(
        cls, dataset: Mapping[str, Any], detections: Path, flow_config: dict[str, Any] | None
    ) -> DetectedDataset:
        """Read the annotations of a dataset config, and check that all of its videos have detections.

        Args:
            dataset: Config of a ``MOTSVideoDataset``.
            detections: Folder with ``<video>.txt``.
            flow_config: Config of a flow provider, None if the tracker asks for no flow.

        Raises:
            FormatError: The annotation file, a class in it, or a file of detections is missing.
        """
        root = Path(dataset.get("data_root") or "")
        file = root / dataset["ann_file"]
        if not file.is_file():
            cure = "convert the raw data with one of data_converters/, or name another file by --annotations"
            raise FormatError(file, "annotation file not found", cure)
        annotations = read_coco_video(file)
        ids = annotations.mask_class_ids
        names = dataset["metainfo"]["classes"]
        for name in names:
            if name not in ids:
                raise FormatError(file, f"has no class '{name}'", f"known are: {', '.join(ids)}")
        for video in annotations.videos:
            if not (detections / f"{video['name']}.txt").is_file():
                cure = "write one with tools/test.py --save-detections; an empty file is a video without detections"
                raise FormatError(detections, f"has no {video['name']}.txt", cure)
        images = root / dataset.get("data_prefix", {}).get("img_path", "")
        return cls(annotations, {name: ids[name] for name in names}, images, detections, flow_config)

    @property
    def video_names(self) -> list[str]:
        """Names of the videos, in the order of the annotation file."""
        return [video["name"] for video in self.annotations.videos]

    def flow_queries(self, video_name: str) -> list[FlowQuery]:
        """Ask for the flow of every frame of a video, in order."""
        frames = self.annotations.frames(video_name)
        images = [self.images / name for name in frames.file_names]
        steps = zip(frames.frame_numbers, images, [None, *images], strict=False)
        return [FlowQuery(video_name, index, *step) for index, step in enumerate(steps)]

    def video(self, video_name: str) -> VideoDetections:
        """Read the detections of a video.

        Raises:
            FormatError: The file is broken, holds no masks, or is of another video: more frames, or another image size.
        """
        frames = self.annotations.frames(video_name)
        found = read_detections_txt(self.detections / f"{video_name}.txt", self.annotations.mask_class_ids)
        length, shape = len(frames.frame_numbers), (frames.height, frames.width)
        if len(found) and found.frames[-1] >= length:
            problem = f"has a detection in frame {found.frames[-1]}, counted from 0, of a video of {length} frames"
            raise FormatError(found.source, problem, "pass detections of this very video")
        if len(found) and found.masks is None:
            raise FormatError(found.source, "holds boxes without masks", "add height, width and rle to every line")
        if found.masks and tuple(found.masks[0]["size"]) != shape:
            problem = f"masks are of {found.masks[0]['size']} (height, width), the video is of {list(shape)}"
            raise FormatError(found.source, problem, "pass detections of this very video")
        return VideoDetections(
            name=video_name,
            frame_numbers=frames.frame_numbers,
            image_shape=shape,
            observations=_by_frame(found, length, list(self.class_ids.values())),
            flow_queries=None if self.flow_config is None else self.flow_queries(video_name),
        )


def find_flow_provider(pipeline: Any, tracker: Any) -> dict[str, Any] | None:
    """Return the config of the flow provider that a test pipeline asks, None if the tracker never looks at flow.

    Args:
        pipeline: Transforms, among which ``LoadFlow`` may be nested however deep.
        tracker: Config of the tracker.
    """
    uses_flow = any(part["type"] == "MaskIoUCue" or part.get("by_flow") for part in _parts(tracker))
    providers = [part["provider"] for part in _parts(pipeline) if part["type"] == "LoadFlow"]
    return providers[0] if uses_flow and providers else None


def _parts(config: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every ``dict(type=...)`` in nested dicts and lists."""
    if isinstance(config, Mapping):
        if "type" in config:
            yield config
        config = list(config.values())
    if isinstance(config, list | tuple):
        for part in config:
            yield from _parts(part)


def _by_frame(found: Detections, length: int, class_ids: list[int]) -> list[Observations]:
    """Split the detections of known classes by frame; labels count through ``class_ids``."""
    label_of = {class_id: label for label, class_id in enumerate(class_ids)}
    known = np.isin(found.class_ids, list(label_of))
    labels = np.array([label_of.get(class_id, -1) for class_id in found.class_ids.tolist()], np.int64)
    whole = Observations(found.boxes, found.scores, labels, found.masks or [], found.embeddings)
    starts = np.searchsorted(found.frames, np.arange(length + 1))
    rows = (np.arange(begin, end) for begin, end in zip(starts[:-1], starts[1:], strict=True))
    return [whole.select(part[known[part]]) for part in rows]


def track_video(tracker: Tracker, video: VideoDetections, flow: FlowProvider | None) -> Iterator[tuple[int, Tracks]]:
    """Track a video from its beginning.

    Args:
        tracker: It is reset first.
        video: The detections.
        flow: Who answers the video's flow queries.

    Yields:
        Number of each frame in the source, and its tracks.
    """
    tracker.reset()
    for index, (number, observations) in enumerate(zip(video.frame_numbers, video.observations, strict=True)):
        wanted = flow is not None and video.flow_queries is not None
        frame = Frame(
            index=index,
            image_shape=video.image_shape,
            video_name=video.name,
            flow=flow.flow(video.flow_queries[index]) if wanted else None,  # type: ignore[union-attr, index]
        )
        yield number, tracker.track(observations, frame)


def build_flow(config: dict[str, Any] | None) -> FlowProvider | None:
    """Build a flow provider from its config."""
    return None if config is None else build_torch_free(config)


@dataclass(frozen=True)
class TrackingJob:
    """What a process needs to track the videos of a data set and count their hits and errors.

    Attributes:
        dataset: Where detections and ground truth are.
        tracker: Config of the tracker.
        out_dir: Folder for ``<video>.txt``.
        families: What to count, by name; see :func:`mots_plugin.evaluation.functional.families.choose_families`.
    """

    dataset: DetectedDataset
    tracker: dict[str, Any]
    out_dir: Path
    families: Mapping[str, MetricFamily]

    def run(self, video_name: str) -> SequenceCounts:
        """Track one video, write its tracks, and score what was written against the ground truth.

        Raises:
            FormatError: Detections that cannot be used.
        """
        video = self.dataset.video(video_name)
        class_ids = np.fromiter(self.dataset.class_ids.values(), np.int64)
        writer = TrackResultWriter(self.out_dir)
        tracked: list[tuple[int, Tracks]] = []
        try:
            for number, tracks in track_video(
                build_torch_free(self.tracker), video, build_flow(self.dataset.flow_config)
            ):
                writer.append(video_name, number, tracks.ids, class_ids[tracks.labels], tracks.masks or [])
                tracked.append((number, tracks))
        except BaseException:
            writer.discard_unfinished()
            raise
        writer.finish(video_name)
        truth = self.dataset.annotations.mask_tracks(video_name)
        predictions = as_mask_tracks(tracked, class_ids, video_name)
        return count_sequence(truth, predictions, video.frame_numbers, self.dataset.class_ids, self.families)


def as_mask_tracks(tracked: Sequence[tuple[int, Tracks]], class_ids: np.ndarray, name: str) -> MaskTracks:
    """Join the tracks of all frames of a video.

    Args:
        tracked: Number and tracks, with masks, of each frame.
        class_ids: Class id of each label.
        name: Name of the video.
    """
    return MaskTracks(
        frames=np.repeat([number for number, _ in tracked], [len(tracks) for _, tracks in tracked]),
        track_ids=np.concatenate([tracks.ids for _, tracks in tracked]),
        class_ids=class_ids[np.concatenate([tracks.labels for _, tracks in tracked])],
        masks=[mask for _, tracks in tracked for mask in tracks.masks or ()],
        name=name,
    )
