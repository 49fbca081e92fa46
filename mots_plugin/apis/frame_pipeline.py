"""A config's test pipeline, for images that are in memory already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from mmdet.registry import TASK_UTILS, TRANSFORMS
from mmengine.dataset import pseudo_collate
from numpy.typing import NDArray

from mots_plugin.flow import DISFlow, RAFTFlow, ZeroFlow
from mots_plugin.formats.errors import FormatError

_ENDLESS = 2**62
"""Length of a video whose end is not known."""


class FramePipeline:
    """Prepares the frames of one video for a model, in order.

    Args:
        pipeline: Config of a test pipeline. What loads images is left out; what loads flow is replaced by the same
            provider on images in memory, or by OpenCV's DIS if that reads stored flow.
        config_file: Where it comes from, for messages.

    Raises:
        FormatError: It loads what a video does not have.
    """

    def __init__(self, pipeline: Sequence[dict[str, Any]], config_file: str) -> None:
        self._flow: DISFlow | RAFTFlow | ZeroFlow | None = None
        self._previous: NDArray[np.uint8] | None = None
        self._transforms = []
        *steps, pack = pipeline
        for step in steps:
            for transform in step.get("transforms", [step]):
                if transform["type"] == "LoadFlow":
                    self._flow = _in_memory(transform["provider"])
                elif transform["type"].startswith("Load") and transform["type"] != "LoadFrameImage":
                    problem = f"is tested with {transform['type']}, which a bare video cannot serve"
                    raise FormatError(config_file, problem, "pass the config of a tracker that takes images only")
                elif transform["type"] != "LoadFrameImage":
                    self._transforms.append(TRANSFORMS.build(transform))
        self._pack = TRANSFORMS.build(pack)

    def __call__(
        self, image: NDArray[np.uint8], position: int, number: int, video_name: str, frame_rate: float | None
    ) -> dict[str, Any]:
        """Return the batch of one frame, as a data loader would.

        Args:
            image: ``(H, W, 3)`` uint8 BGR.
            position: Of the frame in the video, from 0.
            number: Of the frame in its source.
            video_name: Name of the video.
            frame_rate: Frames per second, None if unknown.
        """
        results: dict[str, Any] = {
            "img": image,
            "img_shape": image.shape[:2],
            "ori_shape": image.shape[:2],
            "img_id": position,
            "img_path": f"{video_name}/{number:06d}",
            "frame_id": position,
            "frame_number": number,
            "frame_rate": frame_rate,
            "video_id": 0,
            "video_name": video_name,
            "video_length": 1,
            "ori_video_length": _ENDLESS,
        }
        if self._flow is not None:
            results["flow"] = _flow_between(self._flow, self._previous, image)
            self._previous = image
        for transform in self._transforms:
            results = transform(results)
        packed = self._pack({key: [value] for key, value in results.items()})
        return pseudo_collate([packed])


def _in_memory(provider: Any) -> DISFlow | RAFTFlow | ZeroFlow:
    if isinstance(provider, dict):
        provider = TASK_UTILS.build(provider) if provider["type"] != "PrecomputedFlow" else None
    return provider if isinstance(provider, (DISFlow, RAFTFlow, ZeroFlow)) else DISFlow()


def _flow_between(
    provider: DISFlow | RAFTFlow | ZeroFlow, previous: NDArray[np.uint8] | None, image: NDArray[np.uint8]
) -> NDArray[np.float32] | None:
    if previous is None:
        return None
    if isinstance(provider, ZeroFlow):
        return np.zeros((1, 1, 2), np.float32)
    if isinstance(provider, RAFTFlow):
        return provider.between(previous, image)
    grey = [np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8) for frame in (previous, image)]
    return provider.between(*grey)
