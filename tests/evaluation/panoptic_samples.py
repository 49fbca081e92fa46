"""Real panoptic pictures as short videos: what deeplab2 and panopticapi ship with their own tests."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import panoptic_ids

Video = tuple[list[NDArray[np.uint32]], list[NDArray[np.uint32]]]
VOID = 255

PICTURE_CLASSES = PanopticClasses(("person", "bear", "tree", "bird", "sky", "cat"), frozenset({0, 1, 3, 5}))
_PICTURE_COLOURS = {
    (0, 0, 255): 0,
    (255, 0, 0): 1,
    (0, 255, 0): 2,
    (255, 0, 255): 3,
    (0, 255, 255): 4,
    (255, 255, 0): 5,
}
_PICTURE_TRUTHS = {
    "bird": {92: 4, 176: 2, 255: 3},
    "cat": {255: 5},
    "team": {47: 0, 97: 0, 133: 0, 150: 0, 174: 0, 198: 1, 215: 0, 244: 0, 255: 0},
}


def deeplab2_pictures(shared_data: Path) -> dict[str, Video]:
    """Truth and prediction of three pictures, one frame each; classes are :data:`PICTURE_CLASSES`."""
    folder = shared_data / "deeplab2_panoptic_testdata" / "evaluation_testdata"
    videos = {}
    for name, class_of in _PICTURE_TRUTHS.items():
        truth_file = folder / ("team_gt_instance.png" if name == "team" else f"{name}_gt.png")
        truth = cv2.imread(str(truth_file))[..., 0]
        truth_class = np.full(truth.shape, VOID)
        for value, class_id in class_of.items():
            truth_class[truth == value] = class_id
        colours = cv2.imread(str(folder / f"{name}_pred_class.png"))[..., ::-1]
        prediction_class = np.full(truth.shape, VOID)
        for colour, class_id in _PICTURE_COLOURS.items():
            prediction_class[(colours == colour).all(axis=-1)] = class_id
        instances = cv2.imread(str(folder / f"{name}_pred_instance.png"))[..., 0]
        videos[name] = ([_map(truth_class, truth)], [_map(prediction_class, instances)])
    return videos


def _map(class_ids: NDArray[np.int64], instances: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return panoptic_ids(class_ids, np.where(class_ids == VOID, 0, instances))


def coco_classes(shared_data: Path) -> PanopticClasses:
    """The 133 classes of COCO panoptic, in the order of its list."""
    categories = _coco_categories(shared_data)
    things = frozenset(class_id for class_id, category in enumerate(categories) if category["isthing"])
    return PanopticClasses(tuple(category["name"] for category in categories), things)


def coco_videos(shared_data: Path, frames: int = 3) -> dict[str, Video]:
    """Two photographs as videos: the truth moves, the prediction lags, misses every fifth segment and renames some."""
    folder = shared_data / "coco_panoptic_samples" / "sample_data"
    class_of = {category["id"]: class_id for class_id, category in enumerate(_coco_categories(shared_data))}
    things = coco_classes(shared_data).things
    videos = {}
    for annotation in json.loads((folder / "panoptic_examples.json").read_text())["annotations"]:
        pixels = cv2.imread(str(folder / "panoptic_examples" / annotation["file_name"])).astype(np.int64)
        ids = pixels[..., 2] + 256 * pixels[..., 1] + 65536 * pixels[..., 0]
        truth, prediction = (np.full(ids.shape, VOID << 16, np.uint32) for _ in range(2))
        for number, segment in enumerate(annotation["segments_info"], 1):
            class_id = class_of[segment["category_id"]]
            instance = number if class_id in things and not segment["iscrowd"] else 0
            truth[ids == segment["id"]] = (class_id << 16) + instance
            if number % 5:
                prediction[ids == segment["id"]] = (class_id << 16) + (number if class_id in things else 0)
        video: Video = ([], [])
        for frame in range(frames):
            lagging = np.roll(prediction, (2 * frame + 3, 4 * frame + 5), axis=(0, 1))
            renamed = (lagging & 0xFFFF > 0) & (lagging % 3 == frame % 3)
            video[0].append(np.roll(truth, (2 * frame, 4 * frame), axis=(0, 1)))
            video[1].append(np.where(renamed, lagging + 40, lagging).astype(np.uint32))
        videos[Path(annotation["file_name"]).stem] = video
    return videos


def _coco_categories(shared_data: Path) -> list[dict]:
    return json.loads((shared_data / "coco_panoptic_samples" / "panoptic_coco_categories.json").read_text())
