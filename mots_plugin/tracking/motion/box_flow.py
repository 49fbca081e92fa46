"""Boxes carried from the previous frame to this one by optical flow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def shift_boxes(
    boxes: NDArray[np.float32], flow: NDArray[np.float32], image_shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Shift each box by the median of the flow inside it (MOTS paper, section 6).

    As in the official implementation of TrackR-CNN, corners are rounded to whole pixels, and the *forward* flow is
    looked up where the box was. A box that covers no cell of the flow stays where it is.

    Args:
        boxes: ``(T, 4)`` xyxy in the previous frame.
        flow: ``(h, w, 2)`` forward flow, as in ``Frame.flow``; it may be coarser than the image.
        image_shape: ``(height, width)`` of the image.

    Returns:
        ``(T, 4)`` boxes in this frame, of the same size.
    """
    rows, columns = flow.shape[:2]
    scale = np.array([columns / image_shape[1], rows / image_shape[0]] * 2)
    corners = np.rint(boxes.astype(np.float64)) * scale
    low = np.maximum(np.floor(corners[:, :2]), 0).astype(np.intp)
    high = np.maximum(np.ceil(corners[:, 2:]), 0).astype(np.intp)
    shifted = boxes.copy()
    for row, ((left, top), (right, bottom)) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        inside = flow[top:bottom, left:right]
        if inside.size:
            shifted[row] += np.tile(np.median(inside.reshape(-1, 2), axis=0), 2)
    return shifted
