"""KINS (Qi et al., CVPR 2019): instance masks of the images of KITTI's object benchmark, as COCO-style json.

::

    {"images": [{"id", "file_name" ("000000.png"), "height", "width"}],
     "annotations": [{"id", "image_id", "category_id", "inmodal_seg" (2019) or "i_segm" (2020): what can be seen,
                      as run-length code or polygons; "segmentation" or "a_segm": the whole object, not read}]}

Categories are 1 cyclist, 2 pedestrian, 3 rider, 4 car, 5 tram, 6 truck, 7 van, 8 misc. Cars and pedestrians are the
classes of KITTI MOTS; the others look like them but do not count there, and become ignore regions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import VideoFrames, annotation_mask
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import id_png_to_objects
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.polygons import polygons_to_rle
from mots_plugin.formats.reading import is_image_side, is_integer, read_json, surprises_named
from mots_plugin.formats.rle import RLE, decode_crop, validate

ANNOTATION_FILES = {
    "training": ("update_train_2020.json", "instances_train.json", "kitti_instances_train.json"),
    "testing": ("update_test_2020.json", "instances_val.json", "kitti_instances_val.json"),
}
"""Names of the published files, the later version first, by the folder of their images (``training/image_2``)."""

CLASS_IDS = {2: 2, 4: 1}
"""Class ids of KITTI MOTS by category: pedestrian and car."""

_OTHERS = (1, 3, 5, 6, 7, 8)
_VISIBLE = ("inmodal_seg", "i_segm")
_CURE = "download the annotations of KINS again"
_KINDS = {
    **dict.fromkeys(("id", "image_id", "category_id"), is_integer),
    **dict.fromkeys(("height", "width"), is_image_side),
    "file_name": lambda value: isinstance(value, str),
}


def load_kins(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Load a file of KINS, as the module describes it.

    Raises:
        FormatError: Not a json of KINS.
        OSError: The file cannot be read.
    """
    source = os.fspath(path)
    data = read_json(source, _CURE)
    for table, keys in (
        ("images", ("id", "file_name", "height", "width")),
        ("annotations", ("id", "image_id", "category_id")),
    ):
        if not isinstance(data, dict) or not isinstance(data.get(table), list):
            raise FormatError(source, f"has no table '{table}'", _CURE)
        for row, entry in enumerate(data[table]):
            missing = [key for key in keys if not isinstance(entry, dict) or key not in entry]
            if missing:
                raise FormatError(source, f"{table}[{row}] has no '{missing[0]}'", _CURE)
            wrong = [key for key in keys if not _KINDS[key](entry[key])]
            if wrong:
                raise FormatError(source, f"{table}[{row}] has no usable '{wrong[0]}'", _CURE)
    return data


def kins_videos(
    data: dict[str, Any], source: str | os.PathLike[str], folder: str, ignore_others: bool = True
) -> Iterator[tuple[VideoFrames, MaskTracks]]:
    """Read the masks of a file of KINS; each image is a video of one frame.

    Masks do not overlap: where they do in the file, the later annotation has the pixels, as in PointTrack's data.

    Args:
        data: Its content.
        source: The file, for messages.
        folder: ``training`` or ``testing``: where the images are, below the data set's root.
        ignore_others: Riders and vehicles other than cars become ignore regions; False: background, which is what they
            come to in the released training of PointTrack.

    Yields:
        The frame, named ``kins_training_000000`` and so on, and its masks. Identities are class id * 1000 + a number.

    Raises:
        FormatError: An annotation that cannot be used.
    """
    source = os.fspath(source)
    annotations: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in data["images"]}
    for annotation in data["annotations"]:
        if annotation["image_id"] not in annotations:
            problem, place = f"image_id {annotation['image_id']} is not in 'images'", f"annotation {annotation['id']}"
            raise FormatError(source, problem, _CURE, place)
        annotations[annotation["image_id"]].append(annotation)
    for image in data["images"]:
        name = f"kins_{folder}_{Path(image['file_name']).stem}"
        ids = _paint(annotations[image["id"]], image, source, ignore_others)
        track_ids, class_ids, masks = id_png_to_objects(ids)
        frames = VideoFrames(name, [0], [f"{folder}/image_2/{image['file_name']}"], image["height"], image["width"])
        yield frames, MaskTracks(np.zeros(len(masks), np.int64), track_ids, class_ids, masks, source=source, name=name)


def _paint(
    annotations: list[dict[str, Any]], image: dict[str, Any], source: str, ignore_others: bool
) -> NDArray[np.uint16]:
    """Return the ``(H, W)`` values of KITTI MOTS' instance PNGs: class id * 1000 + number, 10000 to be ignored."""
    ids = np.zeros((image["height"], image["width"]), np.uint16)
    for number, annotation in enumerate(annotations, start=1):
        category = annotation["category_id"]
        if category in CLASS_IDS:
            value = 1000 * CLASS_IDS[category] + number
        elif category in _OTHERS:
            value = 1000 * IGNORE_CLASS if ignore_others else 0
        else:
            problem = f"category_id {category} is none of {', '.join(map(str, sorted([*CLASS_IDS, *_OTHERS])))}"
            raise FormatError(source, problem, _CURE, f"annotation {annotation['id']}")
        crop, left, top = decode_crop(_visible_mask(annotation, image, source))
        ids[top : top + crop.shape[0], left : left + crop.shape[1]][crop] = value
    return ids


def _visible_mask(annotation: dict[str, Any], image: dict[str, Any], source: str) -> RLE:
    place = f"annotation {annotation['id']}"
    mask = next((annotation[key] for key in _VISIBLE if key in annotation), None)
    if mask is None:
        raise FormatError(source, f"has neither {' nor '.join(_VISIBLE)}", _CURE, place)
    size = [image["height"], image["width"]]
    if isinstance(mask, list):
        with surprises_named(source, "has a polygon that cannot be filled", _CURE, place):
            return polygons_to_rle([np.reshape(polygon, (-1, 2)) for polygon in mask], *size)
    rle = annotation_mask({"segmentation": mask, "id": annotation["id"]}, source)
    if rle["size"] != size:
        raise FormatError(source, f"mask is {rle['size']} (height, width), its image {size}", _CURE, place)
    if problem := validate(rle):
        raise FormatError(source, f"run-length code {problem}", _CURE, place)
    return rle
