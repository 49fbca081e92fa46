"""Pairs of frames some interval apart."""

from __future__ import annotations

import random

import numpy as np
from mmdet.datasets.transforms import BaseFrameSample
from mmdet.registry import TRANSFORMS
from numpy.typing import NDArray


@TRANSFORMS.register_module()
class PairFrameSample(BaseFrameSample):
    """Takes a frame and a later one (MAPT trains on frames t - tau and t, and leaves tau open).

    The first frame is ``key_frame_id`` (``ClipSampler`` sets it), or a random one without it; a pair that would run
    past the end starts earlier instead.

    Args:
        intervals: Least and largest interval tau, in frames; drawn evenly from what lies between.
        max_motion: If given, not drawn: the largest of these intervals over which the centres of the objects move by no
            more than this on average, as a part of the image's diagonal; the least where even that is too much.
    """

    def __init__(self, intervals: tuple[int, int] = (1, 1), max_motion: float | None = None) -> None:
        super().__init__()
        least, largest = intervals
        if not 1 <= least <= largest:
            raise ValueError(f"PairFrameSample: intervals {intervals} must be at least 1 and in order")
        self.intervals = (least, largest)
        self.max_motion = max_motion

    def transform(self, video_infos: dict) -> dict[str, list]:
        """Turn one video into a pair: a dict of lists of two."""
        length = video_infos["video_length"]
        start = video_infos.get("key_frame_id")
        if start is None:
            start = random.randrange(max(length - self.intervals[0], 1))
        interval = self._interval(video_infos, start)
        start = max(min(start, length - 1 - interval), 0)
        return self.prepare_data(video_infos, [start, min(start + interval, length - 1)])

    def _interval(self, video_infos: dict, start: int) -> int:
        least, largest = self.intervals
        if self.max_motion is None:
            return random.randint(least, largest)
        frames = video_infos["images"]
        first = frames[start]
        limit = self.max_motion * float(np.hypot(first["height"], first["width"]))
        chosen = least
        for interval in range(least, min(largest, len(frames) - 1 - start) + 1):
            if _mean_motion(first["instances"], frames[start + interval]["instances"]) <= limit:
                chosen = interval
        return chosen

    def __repr__(self) -> str:
        return f"{type(self).__name__}(intervals={self.intervals}, max_motion={self.max_motion})"


def _mean_motion(before: list[dict], now: list[dict]) -> float:
    """Pixels that the box centres of the objects in both frames moved on average; 0 without any."""
    there = {instance["instance_id"]: _centre(instance) for instance in now if not instance["ignore_flag"]}
    moves = [
        np.hypot(*(there[instance["instance_id"]] - _centre(instance)))
        for instance in before
        if not instance["ignore_flag"] and instance["instance_id"] in there
    ]
    return float(np.mean(moves)) if moves else 0.0


def _centre(instance: dict) -> NDArray[np.float64]:
    return np.add(instance["bbox"][:2], instance["bbox"][2:]) / 2
