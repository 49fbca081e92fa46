"""The two images that a flow query asks about, read from disk."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.flow.provider import FlowQuery
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.image_content import decode_image


def read_frame_pair(query: FlowQuery, colour: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Read the image before and the image asked about.

    Args:
        query: Whose flow is wanted.
        colour: (H, W, 3) in OpenCV's order, blue first; else (H, W) grey values.

    Returns:
        Both images, None for the first frame of a video.

    Raises:
        FormatError: An image is missing, unreadable, or of another size than the one before it.
    """
    if query.previous_image_path is None:
        return None
    previous = _read(Path(query.previous_image_path), colour)
    image = _read(Path(query.image_path), colour)
    if previous.shape != image.shape:
        raise FormatError(
            query.image_path,
            f"image is {image.shape[1]}x{image.shape[0]}, the one before it is {previous.shape[1]}x{previous.shape[0]}",
            "give all frames of a video one size",
        )
    return previous, image


@lru_cache(maxsize=1)  # this frame is the previous frame of the next query
def _read(path: Path, colour: bool) -> NDArray[np.uint8]:
    import cv2

    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})", "check the path of the images") from error
    return decode_image(data, cv2.IMREAD_COLOR if colour else cv2.IMREAD_GRAYSCALE, path, "restore the file")
