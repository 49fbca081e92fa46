"""Where optical flow comes from: the question a frame asks, and who may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FlowQuery:
    """Asks for the forward flow from the previous frame of a video to this one.

    It carries paths, not pixels, so that a provider which reads stored flow never decodes an image.

    Attributes:
        video_name: Name of the sequence.
        frame_id: Position of this frame in the video, from 0.
        frame_number: Number of this frame in the source (KITTI counts from 0, MOTSChallenge from 1).
        image_path: Image of this frame.
        previous_image_path: Image of the frame before, None for the first frame of a video.
    """

    video_name: str
    frame_id: int
    frame_number: int
    image_path: Path
    previous_image_path: Path | None = None


class FlowProvider(Protocol):
    """Anything that answers a :class:`FlowQuery`."""

    def flow(self, query: FlowQuery) -> NDArray[np.float32] | None:
        """Return the flow from the previous frame to this one.

        Returns:
            ``(h, w, 2)`` float32, last axis ``(dx, dy)``, in pixels of the original image. The grid may be coarser
            than the image; it then covers the same field of view (as ``Frame.flow`` has it). None for the first
            frame of a video.

        Raises:
            FormatError: Stored flow, or an image, is missing or broken.
        """
        ...
