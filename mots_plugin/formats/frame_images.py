"""Folders of numbered image files: which frames there are, and how large they are, without decoding a pixel."""

from __future__ import annotations

import os
from pathlib import Path

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.image_content import opened_image

IMAGE_EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


def list_frame_images(folder: str | os.PathLike[str]) -> dict[int, Path]:
    """Return the image files of a sequence by frame number, in ascending order.

    Args:
        folder: Holds one image a frame, named by its number, with any of :data:`IMAGE_EXTENSIONS`. Other files are
            ignored.

    Raises:
        FormatError: No image, an image not named by a number, or two images of one frame.
        OSError: The folder cannot be read.
    """
    images: dict[int, Path] = {}
    for path in sorted(Path(folder).iterdir()):
        if path.suffix.lower() not in IMAGE_EXTENSIONS or path.name.startswith("."):
            continue
        if not (path.stem.isascii() and path.stem.isdecimal()):
            raise FormatError(path, "is not named by a frame number", "name images by their frame, as in 000000.png")
        number = int(path.stem)
        if number in images:
            problem = f"frame {number} has two images, {images[number].name} and {path.name}"
            raise FormatError(folder, problem, "keep one image a frame")
        images[number] = path
    if not images:
        raise FormatError(folder, "holds no image", f"put one image a frame there ({', '.join(IMAGE_EXTENSIONS)})")
    return dict(sorted(images.items()))


def read_image_size(path: str | os.PathLike[str]) -> tuple[int, int]:
    """Return ``(height, width)`` of an image file in pixels, from its header alone.

    Raises:
        FormatError: Not an image.
        OSError: The file cannot be opened.
    """
    with opened_image(path, "copy the file anew") as image:
        return image.height, image.width
