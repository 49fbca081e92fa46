"""RAFT flow (Teed and Deng, ECCV 2020): what happens to the pixels before and behind the network.

Shapes: images of H x W pixels. The network itself needs torch, so it stands in ``models/flow`` and is passed in.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mots_plugin.flow.frame_pairs import read_frame_pair
from mots_plugin.flow.provider import FlowQuery

STRIDE = 8  # of the network's features
SMALLEST = 128  # pixels a side, for the four levels of its correlation pyramid


class FlowNetwork(Protocol):
    """A network behind arrays."""

    def __call__(self, previous: NDArray[np.float32], image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (2, h, w) flow (dx, dy) from one (3, h, w) image to the next; RGB in [-1, 1], h and w as padded."""
        ...


class RAFTFlow:
    """Computes the flow of a pair of images with a network when it is asked for.

    Args:
        network: The network, ``dict(type='TorchvisionRAFT', ...)`` in a config.
        scale: Images are resized by this factor first, and the flow keeps the smaller grid. The cost falls with the
            square of it and faster.

    Raises:
        ValueError: A scale outside (0, 1].
    """

    def __init__(self, network: FlowNetwork, scale: float = 1.0) -> None:
        if not 0 < scale <= 1:
            raise ValueError(f"RAFTFlow: scale {scale} is outside (0, 1]")
        self.network = network
        self.scale = scale

    def flow(self, query: FlowQuery) -> NDArray[np.float32] | None:
        """Read both images and return the flow between them, None for the first frame.

        Raises:
            FormatError: An image is missing, unreadable, or of another size than the one before it.
        """
        pair = read_frame_pair(query, colour=True)
        return None if pair is None else self.between(*pair)

    def between(self, previous: NDArray[np.uint8], image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the flow between two images in memory.

        Args:
            previous: ``(H, W, 3)`` earlier frame, blue first.
            image: ``(H, W, 3)`` later frame, blue first.

        Returns:
            ``(h, w, 2)`` float32 with ``h = round(scale * H)``, in pixels of the *given* images.
        """
        import cv2

        height, width = image.shape[:2]
        small_width, small_height = max(round(width * self.scale), 1), max(round(height * self.scale), 1)
        inputs = []
        for frame in (previous, image):
            if (small_height, small_width) != (height, width):
                frame = np.asarray(
                    cv2.resize(frame, (small_width, small_height), interpolation=cv2.INTER_AREA), np.uint8
                )
            inputs.append(network_input(frame))
        flow = self.network(*inputs)[:, :small_height, :small_width].transpose(1, 2, 0)
        return np.ascontiguousarray(flow * np.array([width / small_width, height / small_height], np.float32))


def network_input(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Prepare an image as RAFT was trained: RGB in [-1, 1], sides that its strides divide.

    Args:
        image: (H, W, 3), blue first.

    Returns:
        (3, h, w) float32 with h and w the next multiples of 8, at least 128; the last row and column are repeated
        below and to the right.
    """
    rows, columns = (max(-(-side // STRIDE) * STRIDE, SMALLEST) - side for side in image.shape[:2])
    padded = np.pad(image[..., ::-1], ((0, rows), (0, columns), (0, 0)), mode="edge")
    return np.ascontiguousarray(padded.transpose(2, 0, 1), np.float32) / np.float32(127.5) - np.float32(1)
