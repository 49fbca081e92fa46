"""Which frames of a video make one training sample."""

from __future__ import annotations

import random

from mmdet.datasets.transforms import BaseFrameSample
from mmdet.registry import TRANSFORMS


@TRANSFORMS.register_module()
class ClipFrameSample(BaseFrameSample):
    """Takes adjacent frames, from ``key_frame_id`` on (``ClipSampler`` sets it), or from a random frame without it.

    A clip that would run past the end starts earlier instead; a video that is too short repeats its last frame.
    For a key frame with random references use mmdet's ``UniformRefFrameSample``.

    Args:
        clip_length: Number of frames.
    """

    def __init__(self, clip_length: int = 8) -> None:
        super().__init__()
        self.clip_length = clip_length

    def transform(self, video_infos: dict) -> dict[str, list]:
        """Turn one video into one clip: a dict of lists, one entry a frame."""
        length = video_infos["video_length"]
        last_start = max(length - self.clip_length, 0)
        start = video_infos.get("key_frame_id")
        if start is None:
            start = random.randint(0, last_start)
        start = min(start, last_start)
        frames = [min(frame, length - 1) for frame in range(start, start + self.clip_length)]
        return self.prepare_data(video_infos, frames)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(clip_length={self.clip_length})"
