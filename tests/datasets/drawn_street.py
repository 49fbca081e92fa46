"""The objects of a hand-drawn data set, 16x8 pixels."""

import numpy as np

HEIGHT, WIDTH = 8, 16


def rectangle(x: int, y: int, width: int, height: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y : y + height, x : x + width] = True
    return mask


def car(frame: int) -> np.ndarray:
    """An L, 4x3, which moves right by one pixel a frame."""
    mask = rectangle(frame, 2, 4, 3)
    mask[2, frame + 2 : frame + 4] = False
    return mask


def pedestrian(frame: int) -> np.ndarray:
    """A bar, 1x4, which moves left by one pixel a frame."""
    return rectangle(14 - frame, 3, 1, 4)


IGNORED = rectangle(0, 0, 5, 2)
