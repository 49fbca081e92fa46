"""Panoptic maps of KITTI-STEP and MOTChallenge-STEP: 8-bit RGB PNGs, one a frame.

Red is the class, green * 256 + blue the instance within the class, the same over the whole sequence. Instance 0 is
stuff, a crowd (in classes of things) or void (class 255). Weber et al., "STEP: Segmenting and Tracking Every Pixel".

In memory a map is ``(H, W)`` uint32 of panoptic ids, class << 16 | instance: the three bytes of a pixel as one number.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.image_content import PNG_SIGNATURE, decode_image

INSTANCE_BITS = 16
"""How far the class is shifted in a panoptic id."""
MAX_INSTANCE = (1 << INSTANCE_BITS) - 1
"""Largest instance that a map can hold."""

_KINDS = {0: "greyscale", 2: "RGB", 3: "palette", 4: "greyscale with alpha", 6: "RGB with alpha"}


def panoptic_ids(class_ids: ArrayLike, instances: ArrayLike) -> NDArray[np.uint32]:
    """Join classes and instances, arrays of one shape, to panoptic ids.

    Raises:
        ValueError: A class that is not in [0, 255] or an instance that is not in [0, 65535].
    """
    classes, numbers = np.asarray(class_ids), np.asarray(instances)
    for name, values, largest in (("class", classes, 255), ("instance", numbers, MAX_INSTANCE)):
        if values.size and (values.min() < 0 or values.max() > largest):
            raise ValueError(f"{name} ids must lie in [0, {largest}], not in [{values.min()}, {values.max()}]")
    return classes.astype(np.uint32) << np.uint32(INSTANCE_BITS) | numbers.astype(np.uint32)


def read_step_png(path: str | os.PathLike[str]) -> NDArray[np.uint32]:
    """Read the map of one frame.

    Returns:
        ``(H, W)`` panoptic ids.

    Raises:
        FormatError: See :func:`decode_step_png`.
        OSError: The file cannot be read.
    """
    return decode_step_png(Path(path).read_bytes(), path)


def decode_step_png(data: bytes, source: str | os.PathLike[str]) -> NDArray[np.uint32]:
    """Decode the map of one frame.

    Args:
        data: Content of the file.
        source: Name of the file, for messages.

    Returns:
        ``(H, W)`` panoptic ids.

    Raises:
        FormatError: Not a PNG, damaged, or not of 8-bit RGB.
    """
    import cv2

    if not data.startswith(PNG_SIGNATURE) or len(data) < 26:
        raise FormatError(source, "is not a PNG", "write panoptic maps as 8-bit RGB PNG")
    depth, kind = struct.unpack_from("BB", data, 24)
    if (depth, kind) != (8, 2):
        problem = f"is a PNG of {depth}-bit {_KINDS.get(kind, f'kind {kind}')}, not of 8-bit RGB"
        raise FormatError(source, problem, "write red = class, green = instance // 256, blue = instance % 256")
    cure = "copy or write the file anew"
    pixels = decode_image(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION, source, cure)
    # OpenCV's order is blue, green, red: with a fourth byte, a little-endian number.
    four = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    ids = four.view("<u4")[..., 0]
    ids &= np.uint32(0xFFFFFF)
    return ids


def write_step_png(path: str | os.PathLike[str], ids: NDArray[np.uint32]) -> None:
    """Write the map of one frame; the file appears whole or not at all.

    Args:
        path: The file.
        ids: ``(H, W)`` panoptic ids.

    Raises:
        ValueError: Not uint32 of two axes, or an id that has more than 24 bits.
        OSError: The file cannot be written.
    """
    import cv2

    if ids.dtype != np.uint32 or ids.ndim != 2 or ids.max(initial=0) >> 24:
        raise ValueError(
            f"ids must be (H, W) uint32 of 24 bits, not {ids.shape} {ids.dtype} up to {ids.max(initial=0)}"
        )
    bytes_of_pixels = np.ascontiguousarray(ids, "<u4").view(np.uint8).reshape(*ids.shape, 4)
    with atomic_write(path, "wb") as file:
        file.write(cv2.imencode(".png", bytes_of_pixels[..., :3])[1].tobytes())
