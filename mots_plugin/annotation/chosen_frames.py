"""Which frames of a track a person is asked to annotate first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def spread_over_track(frames: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Choose the frames in the middle of equal parts of a track, so that no other frame is far from a chosen one.

    The MOTS paper (section 3) has two masks an object and does not say in which frames.

    Args:
        frames: ``(T,)`` frames of the track, ascending.
        count: How many to choose; all frames of a track that has no more.

    Returns:
        ``(min(count, T),)`` frames, ascending.
    """
    if len(frames) <= count:
        return frames
    return frames[((2 * np.arange(count) + 1) * len(frames)) // (2 * count)]
