"""A config for data of one's own: the template, with what can be told from the data filled in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.coco_video import CocoVideo
from mots_plugin.formats.errors import FormatError

_MIDDLE_STRIDE = 16
_BASE = re.compile(r"'(\.\./_base_/[^']+)'")


@dataclass(frozen=True)
class DataFacts:
    """What the template needs to know.

    Attributes:
        classes: Names of the classes that occur, without ignore regions, in the order of the json.
        class_ids: Their numbers in text files and id PNGs.
        image_scale: Width and height into which frames are made to fit, pixels.
        anchor_scale: Side of the middle anchors over their stride.
    """

    classes: tuple[str, ...]
    class_ids: tuple[int, ...]
    image_scale: tuple[int, int]
    anchor_scale: float


def look_at_data(coco: CocoVideo, longest_side: int) -> DataFacts:
    """Tell classes, size of the frames and size of the objects.

    The middle anchor, of stride 16, gets the median side of the objects, the root of their boxes' areas.

    Args:
        coco: The training data.
        longest_side: Frames are not to be longer, pixels.

    Raises:
        FormatError: There is no object to train on.
    """
    crowds = {annotation["id"] for annotation in coco.data["annotations"] if annotation.get("iscrowd")}
    objects = [annotation for annotation in coco.data["annotations"] if annotation["id"] not in crowds]
    seen = {annotation["category_id"] for annotation in objects}
    classes = tuple(name for category, name in coco.class_names.items() if category in seen)
    if not objects:
        raise FormatError(coco.source, "holds no object", "convert videos with objects")
    image_of = {image["id"]: image for image in coco.data["images"]}
    width = max(image["width"] for image in image_of.values())
    height = max(image["height"] for image in image_of.values())
    shrunk = min(1.0, longest_side / max(width, height))
    scale = max(1, round(width * shrunk)), max(1, round(height * shrunk))
    sides = [np.sqrt(annotation["bbox"][2] * annotation["bbox"][3]) for annotation in objects]
    factors = [
        min(scale[0] / image["width"], scale[1] / image["height"])
        for image in (image_of[annotation["image_id"]] for annotation in objects)
    ]
    median = float(np.median(np.asarray(sides) * np.asarray(factors)))
    class_ids = tuple(coco.mask_class_ids[name] for name in classes)
    return DataFacts(classes, class_ids, scale, max(1.0, round(2 * median / _MIDDLE_STRIDE) / 2))


def write_own_config(path: Path, template: Path, values: Mapping[str, object]) -> None:
    """Write the template with other values and the way to its bases.

    Args:
        path: The config to write.
        template: The config to copy.
        values: New values of the names that it assigns at the beginning of a line.

    Raises:
        FormatError: The template does not assign one of them.
    """
    text = _BASE.sub(lambda match: repr(_relative(template.parent / match[1], path)), template.read_text("utf-8"))
    for name, value in values.items():
        text, count = re.subn(rf"^{name} = [^#\n]*?( *#.*)?$", rf"{name} = {value!r}\1", text, flags=re.MULTILINE)
        if count != 1:
            raise FormatError(template, f"assigns '{name}' {count} times", "copy it by hand")
    with atomic_write(path) as file:
        file.write(text)


def _relative(base: Path, config: Path) -> str:
    return Path(os.path.relpath(base.resolve(), config.resolve().parent)).as_posix()
