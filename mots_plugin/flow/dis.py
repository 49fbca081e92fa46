"""Dense inverse search flow (Kroeger et al., ECCV 2016), computed on the fly by OpenCV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from mots_plugin.flow.frame_pairs import read_frame_pair
from mots_plugin.flow.provider import FlowQuery

PRESETS = ("ultrafast", "fast", "medium")


class DISFlow:
    """Computes the flow of a pair of images when it is asked for.

    Args:
        preset: OpenCV's trade of speed for detail: ``'ultrafast'``, ``'fast'`` or ``'medium'``.
        scale: Images are shrunk by this factor first, and the flow keeps the smaller grid. Half the resolution costs
            a quarter of the time and suffices to warp masks.

    Raises:
        ValueError: Unknown preset, or a scale outside (0, 1].
    """

    def __init__(self, preset: str = "medium", scale: float = 0.5) -> None:
        if preset not in PRESETS:
            raise ValueError(f"DISFlow: preset {preset!r} is none of {', '.join(PRESETS)}")
        if not 0 < scale <= 1:
            raise ValueError(f"DISFlow: scale {scale} is outside (0, 1]")
        self.preset = preset
        self.scale = scale

    def flow(self, query: FlowQuery) -> NDArray[np.float32] | None:
        """Read both images as grey values and return the flow between them, None for the first frame.

        Raises:
            FormatError: An image is missing, unreadable, or of another size than the one before it.
        """
        pair = read_frame_pair(query, colour=False)
        return None if pair is None else self.between(*pair)

    def between(self, previous: NDArray[np.uint8], image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the flow between two images in memory.

        Args:
            previous: ``(H, W)`` grey values of the earlier frame.
            image: ``(H, W)`` grey values of the later frame.

        Returns:
            ``(h, w, 2)`` float32 with ``h = round(scale * H)``, in pixels of the *given* images.
        """
        import cv2

        height, width = image.shape
        small_width = max(round(width * self.scale), 16)  # OpenCV refuses images below 12 pixels
        small_height = max(round(height * self.scale), 16)
        small = [
            cv2.resize(grey, (small_width, small_height), interpolation=cv2.INTER_AREA) for grey in (previous, image)
        ]
        search = cv2.DISOpticalFlow.create(PRESETS.index(self.preset))
        with _one_thread():
            flow = search.calc(small[0], small[1], np.zeros((small_height, small_width, 2), np.float32))
        return np.asarray(flow, np.float32) * np.array([width / small_width, height / small_height], np.float32)


@contextmanager
def _one_thread() -> Iterator[None]:
    """DIS splits the image into one stripe a thread and propagates within a stripe: threads change the result."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
