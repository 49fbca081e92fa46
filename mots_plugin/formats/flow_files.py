"""Optical flow on disk: KITTI's 16-bit PNG, Middlebury's .flo, and TrackR-CNN's quantised PNG pair.

Flow is always ``(H, W, 2)`` float32, last axis ``(dx, dy)`` in pixels, x to the right and y down.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.image_content import PNG_SIGNATURE, decode_image

Flow = NDArray[np.float32]

_KITTI_ZERO = 2**15  # stored value of no motion
_KITTI_STEPS = 64.0  # stored steps a pixel
_FLO_MAGIC = b"PIEH"  # the float 202021.25, little endian
_QUANTISED_NAME = re.compile(r".*_([xy])_minimal(-?\d+)\.png")
_RESTORE = "restore or recompute the file"
_UNCHANGED = -1  # cv2.IMREAD_UNCHANGED


def read_kitti_flow(path: str | Path) -> tuple[Flow, NDArray[np.bool_]]:
    """Read a KITTI flow image: red is ``64 dx + 2**15``, green ``64 dy + 2**15``, blue the validity.

    Returns:
        The ``(H, W, 2)`` flow, 0 where it is not valid, and the ``(H, W)`` validity.

    Raises:
        FormatError: Missing, truncated, or not a PNG of 16 bits and three channels.
    """
    blue_green_red = _read_png(path, channels=3)
    valid = blue_green_red[..., 0] > 0
    flow = (blue_green_red[..., :0:-1].astype(np.float32) - _KITTI_ZERO) / _KITTI_STEPS
    flow[~valid] = 0
    return flow, valid


def write_kitti_flow(path: str | Path, flow: Flow, valid: NDArray[np.bool_] | None = None) -> None:
    """Write a KITTI flow image; its resolution is 1/64 pixel and its range -512 to 511.98 pixels.

    Args:
        path: Target, replaced in one step.
        flow: ``(H, W, 2)``.
        valid: ``(H, W)``; None where all is valid. Flow beyond the range is marked as not valid.
    """
    steps = np.rint(np.asarray(flow, np.float64) * _KITTI_STEPS) + _KITTI_ZERO
    stored = ((steps >= 0) & (steps < 2**16)).all(axis=-1)  # False for nan as well
    if valid is not None:
        stored &= valid
    blue_green_red = np.empty((*stored.shape, 3), np.uint16)
    blue_green_red[..., 0] = stored
    blue_green_red[..., 1:] = np.where(np.expand_dims(stored, -1), steps, 0)[..., ::-1]
    _write_png(path, blue_green_red)


def read_flo(path: str | Path) -> Flow:
    """Read a Middlebury .flo file.

    Raises:
        FormatError: Missing, wrong magic number, or a size that is not the stated one.
    """
    data = _read_bytes(path)
    if data[:4] != _FLO_MAGIC:
        raise FormatError(path, f"starts with {data[:4]!r} instead of {_FLO_MAGIC!r}: not a .flo file", _RESTORE)
    if len(data) < 12:
        raise FormatError(path, f"{len(data)} bytes are too few for a .flo header", _RESTORE)
    width, height = (int(size) for size in np.frombuffer(data, "<i4", 2, offset=4))
    expected = 12 + 8 * width * height
    if width <= 0 or height <= 0 or len(data) != expected:
        raise FormatError(path, f"{len(data)} bytes, but a {width}x{height} flow has {expected}", _RESTORE)
    return np.frombuffer(data, "<f4", offset=12).reshape(height, width, 2).astype(np.float32)


def write_flo(path: str | Path, flow: Flow) -> None:
    """Write a Middlebury .flo file, without loss.

    Args:
        path: Target, replaced in one step.
        flow: ``(H, W, 2)``.
    """
    height, width = flow.shape[:2]
    with atomic_write(path, "wb") as file:
        file.write(_FLO_MAGIC + np.array([width, height], "<i4").tobytes())
        file.write(np.ascontiguousarray(flow, "<f4").tobytes())


def read_quantised_flow(x_path: str | Path, y_path: str | Path) -> Flow:
    """Read TrackR-CNN's pair: whole pixels above the minimum that the name ``*_x_minimal<N>.png`` tells.

    Raises:
        FormatError: Missing, truncated, not 16-bit grey, without a minimum in the name, or of two sizes.
    """
    horizontal, vertical = _read_quantised(x_path, "x"), _read_quantised(y_path, "y")
    if horizontal.shape != vertical.shape:
        raise FormatError(
            y_path, f"size {vertical.shape} is not that of {Path(x_path).name}, {horizontal.shape}", _RESTORE
        )
    return np.stack([horizontal, vertical], axis=-1)


def write_quantised_flow(stem: str | Path, flow: Flow) -> tuple[Path, Path]:
    """Write TrackR-CNN's pair, ``<stem>_x_minimal<N>.png`` and ``<stem>_y_minimal<N>.png``, in whole pixels.

    Args:
        stem: Path and name without ending, such as ``flow/0002/000004``.
        flow: ``(H, W, 2)``, finite.

    Returns:
        The two paths.
    """
    paths = []
    for axis, name in enumerate("xy"):
        whole = np.rint(flow[..., axis]).astype(np.int32)
        minimum = int(whole.min())
        paths.append(Path(f"{stem}_{name}_minimal{minimum}.png"))
        _write_png(paths[-1], (whole - minimum).astype(np.uint16))
    return paths[0], paths[1]


def _read_quantised(path: str | Path, axis: str) -> Flow:
    name = _QUANTISED_NAME.fullmatch(Path(path).name)
    if name is None or name[1] != axis:
        raise FormatError(
            path,
            f"name does not end in _{axis}_minimal<N>.png, so its offset is unknown",
            "give the file its original name",
        )
    # The official reader casts to int16 before it adds the minimum.
    return _read_png(path, channels=1).astype(np.int16).astype(np.float32) + int(name[2])


def _read_bytes(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})", "check the path") from error


def _read_png(path: str | Path, channels: int) -> NDArray[np.uint16]:
    """Read a 16-bit PNG as ``(H, W)`` or, in OpenCV's channel order, ``(H, W, 3)``."""
    data = _read_bytes(path)
    if not data.startswith(PNG_SIGNATURE):
        raise FormatError(path, "not a PNG file", _RESTORE)
    image = decode_image(data, _UNCHANGED, path, _RESTORE)
    found = 1 if image.ndim == 2 else image.shape[2]
    if image.dtype != np.uint16 or found != channels:
        raise FormatError(
            path,
            f"{8 * image.itemsize}-bit PNG of {found} channel(s), expected 16 bits and {channels}",
            "write the flow again without converting the image",
        )
    return np.asarray(image, np.uint16)


def _write_png(path: str | Path, image: NDArray[np.uint16]) -> None:
    import cv2

    _, data = cv2.imencode(".png", image)
    with atomic_write(path, "wb") as file:
        file.write(data.tobytes())
