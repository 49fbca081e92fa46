"""Images as untrusted bytes: decoded, or refused in one line, never with the memory that a broken header asks for."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError

if TYPE_CHECKING:
    from PIL.Image import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 2**27
"""Of the largest image that is decoded: 134 megapixels, more than any camera of a video has."""


def check_pixels(width: int, height: int, source: str | os.PathLike[str], cure: str) -> None:
    """Refuse an image by the size that its header claims.

    Raises:
        FormatError: It has no pixel, or more than :data:`MOST_PIXELS`.
    """
    if not 0 < width * height <= MOST_PIXELS:
        raise FormatError(source, f"claims to be {width} x {height} pixels (width x height)", cure)


def decode_image(data: bytes, flags: int, source: str | os.PathLike[str], cure: str) -> NDArray:
    """Decode an image with OpenCV.

    Args:
        data: Content of the file.
        flags: Of ``cv2.imdecode``.
        source: The file, for messages.
        cure: What to do about one that cannot be decoded.

    Raises:
        FormatError: It is no image, damaged, or larger than any.
    """
    import cv2

    if data.startswith(PNG_SIGNATURE) and len(data) >= 24:  # the most frequent kind need not be opened twice
        width, height = struct.unpack_from(">II", data, 16)
        check_pixels(width, height, source, cure)
        if not _is_whole_png(data):  # OpenCV fills with zeros what is missing or damaged
            raise FormatError(source, "the PNG is truncated or is damaged", cure)
    else:
        with _opened(BytesIO(data), source, cure, "is not an image that can be read"):
            pass
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise FormatError(source, f"cannot be decoded ({error.err})", cure) from error
    if image is None:
        raise FormatError(source, "is not an image that can be read", cure)
    return image


def _is_whole_png(data: bytes) -> bool:
    """Whether all chunks are there, with the checksums they should have."""
    start, kind = len(PNG_SIGNATURE), b""
    while kind != b"IEND" and start + 12 <= len(data):
        (length,), kind = struct.unpack_from(">I", data, start), data[start + 4 : start + 8]
        end = start + 8 + length
        if end + 4 > len(data) or struct.unpack_from(">I", data, end)[0] != zlib.crc32(data[start + 4 : end]):
            return False
        start = end + 4
    return kind == b"IEND"


@contextmanager
def opened_image(path: str | os.PathLike[str], cure: str) -> Iterator[Image]:
    """Open an image file with Pillow; pixels are read by whoever asks for them within the ``with`` block.

    Raises:
        FormatError: It is no image, larger than any, or what the block reads of it is damaged.
        OSError: The file cannot be opened.
    """
    data = Path(path).read_bytes()
    with _opened(BytesIO(data), path, cure) as image:
        yield image


@contextmanager
def _opened(
    file: BytesIO, source: str | os.PathLike[str], cure: str, problem: str = "cannot be read as an image"
) -> Iterator[Image]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is stricter in the end
            image = Image.open(file)
        with image:
            check_pixels(*image.size, source, cure)
            yield image
    except FormatError:
        raise
    except Exception as error:  # Pillow's decoders fail in any way on a damaged file
        raise FormatError(source, f"{problem} ({type(error).__name__}: {str(error)[:120]})", cure) from error
