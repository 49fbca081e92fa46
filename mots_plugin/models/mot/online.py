"""The one frame loop of every tracker in this package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from mmdet.models.mot import BaseMOTModel
from mmdet.registry import TASK_UTILS
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData
from torch import Tensor

from mots_plugin.structures import Frame, Observations, Tracks


class Tracker(Protocol):
    """What the frame loop asks of a tracker: numpy in, numpy out."""

    def reset(self) -> None:
        """Forget the last video."""

    def track(self, observations: Observations, frame: Frame) -> Tracks:
        """Give identities to one frame's observations."""


class FinishedFrames(TrackDataSample):
    """The frames that one call of ``predict`` finished, possibly none, which the base class refuses."""

    @property
    def video_data_samples(self) -> list[DetDataSample]:
        """The frames, in order."""
        return self._video_data_samples

    @video_data_samples.setter
    def video_data_samples(self, frames: list[DetDataSample]) -> None:
        self.set_field(frames, "_video_data_samples", dtype=list)


class OnlineMOT(BaseMOTModel):
    """Runs a network and a tracker over videos, one frame at a time.

    A subclass writes ``loss``, :meth:`observe` and :meth:`finish`, and clears its temporal state in
    :meth:`reset_network`. The tracker sees :class:`Observations` only, never the network or a tensor.

    Args:
        tracker: Config of a tracker with ``reset()`` and ``track(observations, frame)``.
        data_preprocessor: Config of ``TrackDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(self, tracker: dict, data_preprocessor: dict | None = None, init_cfg: dict | None = None) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.tracker: Tracker = TASK_UTILS.build(tracker)

    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Take one frame in; yield every frame whose observations are ready.

        An online network yields the frame itself; one that looks ahead yields an earlier frame, or none yet.

        Args:
            image: (1, 3, H, W) preprocessed frame.
            sample: Its metainfo.
        """
        raise NotImplementedError

    def finish(self) -> Iterator[tuple[DetDataSample, Observations]]:
        """Yield the frames still held back when the video ends; none for an online network."""
        return iter(())

    def reset_network(self) -> None:
        """Clear temporal state of the network; nothing for a network without."""

    def reset(self) -> None:
        """Forget the last video: network state and tracks alike."""
        self.reset_network()
        self.tracker.reset()

    def predict(self, inputs: Tensor, data_samples: list[TrackDataSample], **kwargs: Any) -> list[TrackDataSample]:
        """Track the next frames of one video.

        Args:
            inputs: (1, T, 3, H, W), T consecutive frames; usually 1.
            data_samples: One sample holding the T frames, with ``frame_id`` from 0 and ``ori_video_length``.
            **kwargs: Not used; part of the base class's signature.

        Returns:
            One sample holding the frames that became ready, each with ``pred_track_instances`` and, as the tracker got
            them, ``pred_instances``; their number may differ from T for networks that look ahead, but over a whole
            video every frame comes out once.
        """
        if len(data_samples) != 1:
            raise ValueError(f"tracking takes one video at a time, not a batch of {len(data_samples)}")
        tracked = []
        for position, sample in enumerate(data_samples[0]):
            if sample.frame_id == 0:
                self.reset()
            tracked += [self._track(*ready) for ready in self.observe(inputs[:, position], sample)]
            if sample.frame_id == sample.ori_video_length - 1:
                tracked += self.flush()
        return [FinishedFrames(video_data_samples=tracked)]

    def flush(self) -> list[DetDataSample]:
        """Track the frames still held back; for videos whose length is known, :meth:`predict` does so."""
        return [self._track(*ready) for ready in self.finish()]

    def _track(self, sample: DetDataSample, observations: Observations) -> DetDataSample:
        frame = Frame(
            index=sample.frame_id,
            image_shape=tuple(sample.ori_shape[:2]),
            video_name=sample.get("video_name", ""),
            flow=sample.get("flow", None),
            frames_per_second=sample.get("frame_rate") or 30.0,
        )
        tracks = self.tracker.track(observations, frame)
        sample.pred_instances = _as_instances(observations)
        sample.pred_track_instances = InstanceData(
            instances_id=tracks.ids, bboxes=tracks.boxes, scores=tracks.scores, labels=tracks.labels
        )
        if tracks.masks is not None:
            sample.pred_track_instances.masks = tracks.masks
        self.complete(sample, observations, tracks)
        return sample

    def complete(self, sample: DetDataSample, observations: Observations, tracks: Tracks) -> None:
        """Add to a tracked frame what a method predicts besides tracks; nothing by default.

        Args:
            sample: The frame, with ``pred_track_instances``.
            observations: What was tracked.
            tracks: What became of it.
        """


def _as_instances(observations: Observations) -> InstanceData:
    """What the tracker was given, for those who keep detections: arrays are shared, not copied."""
    instances = InstanceData(bboxes=observations.boxes, scores=observations.scores, labels=observations.labels)
    if observations.masks is not None:
        instances.masks = observations.masks
    if observations.embeddings is not None:
        instances.embeddings = observations.embeddings
    return instances
