"""Many frames on one page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write


def contact_sheet(
    frames: Sequence[NDArray[np.uint8]], columns: int = 4, gap: int = 4, max_width: int = 2400
) -> NDArray[np.uint8]:
    """Lay frames out in a grid, row by row, on white.

    Args:
        frames: RGB images, at least one; those that differ in size from the first are fitted into its cell.
        columns: Frames a row; fewer when there are fewer frames.
        gap: Pixels between frames.
        max_width: The sheet is shrunk to this width, pixels, when it would be wider.

    Returns:
        ``(H, W, 3)`` uint8 RGB.

    Raises:
        ValueError: No frames.
    """
    if not len(frames):
        raise ValueError("a contact sheet needs at least one frame")
    columns = min(columns, len(frames))
    rows = math.ceil(len(frames) / columns)
    height, width = frames[0].shape[:2]
    shrink = min(1.0, (max_width - gap * (columns - 1)) / (width * columns))
    height, width = round(height * shrink), round(width * shrink)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for index, frame in enumerate(frames):
        scale = min(height / frame.shape[0], width / frame.shape[1])
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + size[1], left : left + size[0]] = cv2.resize(frame, size, interpolation=interpolation)
    return sheet


def write_contact_sheet(frames: Sequence[NDArray[np.uint8]], path: str | Path, columns: int = 4) -> None:
    """Write frames as one PNG.

    Args:
        frames: RGB images, at least one.
        path: The PNG.
        columns: Frames a row.
    """
    write_image(path, contact_sheet(frames, columns))


def write_image(path: str | Path, image: NDArray[np.uint8]) -> None:
    """Write a ``(H, W, 3)`` uint8 RGB image as PNG, under a temporary name first."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    with atomic_write(path, "wb") as file:
        file.write(encoded.tobytes())
