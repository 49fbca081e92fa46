"""JDE's label form: lists of images, and beside each image's folder a text file of boxes and identities.

A list names one image a line, relative to the root of all data sets, such as
``MOT17/images/train/MOT17-02-SDP/img1/000001.jpg``. Its labels lie where ``images`` in the path is replaced by
``labels_with_ids`` and the extension by ``.txt``; an image without such a file has no objects. A line of labels is
``class identity x_centre y_centre width height``: class 0, an identity from 0 that counts through the whole data set or
-1 for none, and a box in parts of the image's width and height.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from mots_plugin.formats.coco_video_boxes import BoxImage, BoxVideo
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import IMAGE_EXTENSIONS, read_image_size
from mots_plugin.formats.mask_tracks import CLASS_NAMES
from mots_plugin.formats.number_table import TableFormat, parse_table
from mots_plugin.formats.reading import read_text

PEDESTRIAN = {name: class_id for class_id, name in CLASS_NAMES.items()}["pedestrian"]

_CURE = "write class identity x_centre y_centre width height, the last four from 0 to 1"
_FORMAT = TableFormat(
    columns=("class", "identity", "x centre", "y centre", "width", "height"),
    required=6,
    whole=(0, 1),
    comma=False,
    cure=_CURE,
)
# Images of several videos lie in one folder (CalTech, PRW), or the frame is not the last number of a name (ETH,
# CityPersons).
_NAMES = (
    re.compile(r"(?P<video>set\d+_V\d+)_(?P<frame>\d+)"),
    re.compile(r"(?P<video>c\d+s\d+)_(?P<frame>\d+)"),
    re.compile(r"image_(?P<frame>\d+)_\d+"),
    re.compile(r".*_(?P<frame>\d+)_leftImg8bit"),
)
_ANY_NUMBER = re.compile(r"(?P<frame>\d+)(?!.*\d)")


@dataclass(frozen=True)
class ListedImage:
    """One line of a list: ``video`` and ``frame`` are read off its path."""

    path: str
    video: str
    frame: int


def read_image_list(path: str | os.PathLike[str]) -> list[ListedImage]:
    """Read a list of images.

    Raises:
        FormatError: A line that names no image, an image twice, or no image at all.
        OSError: The file cannot be read.
    """
    images: dict[str, ListedImage] = {}
    for number, line in enumerate(read_text(path, "write one path a line").splitlines(), 1):
        name = line.strip()
        if not name:
            continue
        if PurePosixPath(name).suffix.lower() not in IMAGE_EXTENSIONS or "images" not in name:
            problem = f"'{name[:60]}' is no image below a folder named images"
            raise FormatError(path, problem, "write one path a line, as in PRW/images/c1s1_000151.jpg", number)
        if name in images:
            raise FormatError(path, f"{name} occurs twice", "name each image once", number)
        images[name] = _place(name)
    if not images:
        raise FormatError(path, "names no image", "write one path a line")
    return list(images.values())


def _place(name: str) -> ListedImage:
    path = PurePosixPath(name)
    folder = [part for part in path.parent.parts if part not in ("images", "img1")]
    found = next((match for match in (pattern.fullmatch(path.stem) for pattern in _NAMES) if match), None)
    if found is None:
        found = _ANY_NUMBER.search(path.stem)
    groups = found.groupdict() if found is not None else {}
    video = "/".join([*folder, *([groups["video"]] if "video" in groups else [])])
    return ListedImage(name, video, int(groups.get("frame", 0)))


def label_path(image: str) -> str:
    """Return where the labels of an image lie, relative to the same root."""
    return str(PurePosixPath(image.replace("images", "labels_with_ids")).with_suffix(".txt"))


def read_listed_videos(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> Iterator[BoxVideo]:
    """Read the images and labels of a list, video by video, frames in order.

    Only the headers of the images are read, for their sizes.

    Args:
        path: The list.
        root: What it is relative to.

    Raises:
        FormatError: As of :func:`read_image_list`; an image is missing or none; labels that do not parse.
    """
    videos: dict[str, list[ListedImage]] = {}
    for listed in read_image_list(path):
        videos.setdefault(listed.video, []).append(listed)
    for name in sorted(videos):
        images = sorted(videos[name], key=lambda listed: (listed.frame, listed.path))
        yield BoxVideo(name, [_read_image(listed, Path(root), path) for listed in images])


def _read_image(listed: ListedImage, root: Path, source: str | os.PathLike[str]) -> BoxImage:
    file = root / listed.path
    if not file.is_file():
        raise FormatError(file, f"image not found, which {os.fspath(source)} names", "check the root of the data sets")
    height, width = read_image_size(file)
    boxes, identities = read_labels(root / label_path(listed.path))
    scale = np.array([width, height, width, height], np.float64)
    categories = np.full(len(boxes), PEDESTRIAN)
    return BoxImage(listed.path, listed.frame, height, width, boxes * scale, categories, identities)


def read_labels(path: str | os.PathLike[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read the labels of one image.

    Args:
        path: The text file; none is no object.

    Returns:
        ``(N, 4)`` boxes xyxy in parts of the image, not clipped to it, and ``(N,)`` int64 identities.

    Raises:
        FormatError: A line that does not parse, another class than 0, a side below 0, or an identity below -1.
    """
    if not os.path.isfile(path):
        return np.zeros((0, 4)), np.zeros(0, np.int64)
    table, faults = parse_table(Path(path).read_bytes(), os.fspath(path), _FORMAT)
    if faults:
        raise faults[0].error()
    identities = table.values[:, 1].astype(np.int64)
    problems = (
        (table.values[:, 0] != 0, "the class is not 0"),
        (table.values[:, 4:].min(axis=1, initial=0) < 0, "a side is below 0"),
        (identities < -1, "the identity is below -1"),
    )
    for wrong, problem in problems:
        if wrong.any():
            raise FormatError(path, problem, _CURE, int(table.lines[wrong][0]))
    centres, half = table.values[:, 2:4], table.values[:, 4:] / 2
    return np.concatenate([centres - half, centres + half], axis=1), identities
