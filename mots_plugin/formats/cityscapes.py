"""Cityscapes' fine annotations: one image of a snippet, as ``gtFine/<split>/<city>/…_gtFine_instanceIds.png``.

A pixel is the label of its class, from 0 to 33, or, for an object of a class that has instances, label * 1000 + number;
of such a class a plain label is a group that is not told apart. Cordts et al., CVPR 2016;
``cityscapesscripts/helpers/labels.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.step_classes import CLASS_LISTS
from mots_plugin.formats.step_png import panoptic_ids

_TRAINED_LABELS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)
"""Labels of the 19 classes, in the order of KITTI-STEP's; all others are void."""
_LAST_LABEL = 33
_NAME = re.compile(r"(?P<video>[^_]+_[0-9]+)_(?P<frame>[0-9]+)_leftImg8bit\.png")


@dataclass(frozen=True)
class CityscapesImage:
    """An annotated image.

    Attributes:
        video: City and number of the snippet.
        frame: Number of the frame in it.
        image: The image.
        annotation: Its instance ids.
    """

    video: str
    frame: int
    image: Path
    annotation: Path


def find_cityscapes_images(root: Path, split: str) -> Iterator[CityscapesImage]:
    """Yield the images of a split in order of name.

    Args:
        root: Folder with ``leftImg8bit`` and ``gtFine``.
        split: ``train``, ``val`` or another folder of both.

    Raises:
        FormatError: There is no image, one of another name, or one without annotation.
    """
    images = sorted((root / "leftImg8bit" / split).glob("*/*.png"))
    if not images:
        raise FormatError(root / "leftImg8bit" / split, "holds no image", "unpack leftImg8bit_trainvaltest.zip here")
    for image in images:
        match = _NAME.fullmatch(image.name)
        if match is None:
            raise FormatError(image, "is no name of Cityscapes", "expected CITY_SSSSSS_FFFFFF_leftImg8bit.png")
        name = image.name.replace("_leftImg8bit", "_gtFine_instanceIds")
        annotation = root / "gtFine" / split / image.parent.name / name
        if not annotation.is_file():
            raise FormatError(image, f"has no annotation {name}", "unpack gtFine_trainvaltest.zip beside leftImg8bit")
        yield CityscapesImage(match["video"], int(match["frame"]), image, annotation)


def read_cityscapes_map(path: Path) -> NDArray[np.uint32]:
    """Read an annotation as ``(H, W)`` panoptic ids with the classes of KITTI-STEP, whose things are people and cars.

    Raises:
        FormatError: Not a 16-bit PNG of one channel, or an unknown label.
    """
    values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 2:
        raise FormatError(path, "is no 16-bit PNG of one channel", "take gtFine's …_instanceIds.png")
    told_apart = values >= 1000
    labels = np.where(told_apart, values // 1000, values)
    if labels.max() > _LAST_LABEL:
        problem = f"has pixels of label {labels.max()}; the last is {_LAST_LABEL}"
        raise FormatError(path, problem, "take gtFine's …_instanceIds.png")
    classes = _class_by_label()[labels]
    is_object = told_apart & CLASS_LISTS["kitti_step"].is_thing[classes]
    return panoptic_ids(classes, np.where(is_object, values % 1000 + 1, 0))


def _class_by_label() -> NDArray[np.uint8]:
    table = np.full(_LAST_LABEL + 1, CLASS_LISTS["kitti_step"].void, np.uint8)
    table[list(_TRAINED_LABELS)] = np.arange(len(_TRAINED_LABELS))
    return table
