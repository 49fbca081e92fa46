"""Copy-and-paste: objects of other images, put where they could stand (PointTrack++, section 2.3)."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.registry import TRANSFORMS
from mmdet.structures.mask import BitmapMasks
from numpy.typing import NDArray

from mots_plugin.datasets.ground import Ground, fit_grounds
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.crop_database import OWN, CropDatabase
from mots_plugin.formats.errors import FormatError

_LUMA = np.array([0.114, 0.587, 0.299])  # of blue, green, red (ITU-R BT.601)
_LARGEST_RESIZE = 1.25  # an object is enlarged, or shrunk, by at most as much
_SOLE = 0.05  # share of an object's height that must touch the ground
_NOT_TRAINED = -1  # label of what was pasted only to cover, until the frame is done
_LEAST_SOLIDITY = 0.5  # share of an object in its convex hull; of a walker, legs apart, it is some 0.65
_LEAST_VISIBLE = 0.3  # share of a pasted object that nearer ones leave


@dataclass(frozen=True)
class Piece:
    """An object cut out, at the size it will have.

    Attributes:
        colours: (h, w, 3) uint8 BGR, tight around the object.
        mask: (h, w) bool.
        lightness: Mean luma of its former surroundings, 0 to 255.
    """

    colours: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    lightness: float


@TRANSFORMS.register_module()
class PasteObjects(BaseTransform):
    """Pastes objects of a crop database into a frame, so that scenes become more crowded.

    The paper leaves open what a reasonable position and a similar lightness are. Here an object is tried at a random
    size, up to 1.25 times larger or smaller than it was. That determines the row it stands on, by the relation of
    height and row among the annotated objects of the same video (:class:`~mots_plugin.datasets.ground.Ground`); the
    column is near one where objects were seen to stand about as far away. It is pasted if it lies in the image, if its
    feet are on stuff, neither on an object nor on an ignore region, and if the place is about as light as its former
    surroundings.

    Who stands further down in the image is in front: the object covers what is behind it, and is covered by what is
    before it. What is left of an object with too few pixels becomes an ignore region. Objects that were cut by the edge
    of their image, or of which something in front left little but an outline, are not pasted.

    An object of a class that is not trained, so not among the frame's ``classes``, only covers.

    Runs after ``LoadMOTSAnnotations``, on whole frames of ``MOTSFrameDataset``, and changes ``img`` and ``gt_*``. Draws
    from Python's global generator, which mmengine seeds in every worker.

    Args:
        database: Folder of ``tools/build_crop_database.py``.
        ann_file: COCO-video json of the frames that are pasted into, or of others by the same camera.
        class_name: Which objects are pasted.
        probability: Of pasting into a frame. PointTrack++ pastes pedestrians: 0.2 for cars, 0.5 for pedestrians.
        max_objects: At most so many are pasted into one frame, one at least.
        min_area: Smaller objects of the database are not taken, pixels.
        min_pixels: Objects with fewer pixels left become ignore regions.
        max_lightness_difference: Difference of mean luma, of 255.
        attempts: Objects tried for each that is pasted; none is pasted where none fits.

    Raises:
        FormatError: The database or the annotations are missing, or hold no such objects; or the database has objects
            without their surroundings.
    """

    def __init__(
        self,
        database: str,
        ann_file: str,
        class_name: str,
        probability: float,
        max_objects: int = 2,
        min_area: int = 400,
        min_pixels: int = 20,
        max_lightness_difference: float = 20.0,
        attempts: int = 20,
    ) -> None:
        self.database = CropDatabase(database)
        self.class_name = class_name
        self.probability = probability
        self.max_objects = max_objects
        self.min_pixels = min_pixels
        self.max_lightness_difference = max_lightness_difference
        self.attempts = attempts
        if not self.database.header.margin > 0:
            raise FormatError(database, "has no surroundings of the objects", "build it with a --margin above 0")
        self._ground, self._ground_of_video = fit_grounds(read_coco_video(ann_file), class_name)
        known = self.database.header.classes
        wanted = known.index(class_name) if class_name in known else -1
        crops = self.database.crops
        self._candidates = np.flatnonzero((crops["label"] == wanted) & (crops["area"] >= min_area))
        if not len(self._candidates):
            problem = f"holds no {class_name} of {min_area} pixels"
            raise FormatError(database, problem, "build it from other annotations, or lower min_area of PasteObjects")

    def transform(self, results: dict) -> dict:
        """Change one frame, or leave it as it is."""
        rng = np.random.default_rng(random.getrandbits(64))
        if rng.random() < self.probability:
            results["img"] = results["img"].copy()
            for _ in range(rng.integers(1, self.max_objects, endpoint=True)):
                self._paste_one(results, rng)
            trained = np.flatnonzero(results["gt_bboxes_labels"] != _NOT_TRAINED)
            for key in ("gt_masks", "gt_bboxes", "gt_bboxes_labels", "gt_instances_ids", "gt_ignore_flags"):
                results[key] = results[key][trained]
        return results

    def _paste_one(self, results: dict, rng: np.random.Generator) -> None:
        masks = results["gt_masks"].masks.astype(bool)
        occupied = masks.any(axis=0)
        ground = self._ground_of_video.get(results["video_name"], self._ground)
        for _ in range(self.attempts):
            piece = self._cut(rng.choice(self._candidates), rng)
            place = None if piece is None else find_place(piece, ground, occupied, rng)
            if piece is None or place is None:
                continue
            top, left = place
            height, width = piece.mask.shape
            there = results["img"][top : top + height, left : left + width]
            if not abs(luma(there) - piece.lightness) <= self.max_lightness_difference:  # NaN without surroundings
                continue
            pasted = np.zeros_like(occupied)
            pasted[top : top + height, left : left + width] = piece.mask
            nearer = results["gt_bboxes"][:, 3] > top + height
            pasted &= ~masks[nearer & ~results["gt_ignore_flags"]].any(axis=0)
            if pasted.sum() < max(self.min_pixels, _LEAST_VISIBLE * piece.mask.sum()):
                continue
            shown = pasted[top : top + height, left : left + width]
            there[shown] = piece.colours[shown]
            self._update(results, masks & ~pasted, pasted)
            return

    def _cut(self, crop: int, rng: np.random.Generator) -> Piece | None:
        """Return an object of the database, at a random size; None if it is not whole, as far as can be told."""
        pixels = self.database.pixels(crop)
        own = pixels[..., 3] == OWN
        if own[[0, -1]].any() or own[:, [0, -1]].any():  # elsewhere its surroundings would lie between
            return None
        lightness = luma(pixels[~own][:, :3])
        rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        tight = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        if solidity(own[tight]) < _LEAST_SOLIDITY:
            return None
        scale = _LARGEST_RESIZE ** rng.uniform(-1, 1)
        height, width = (max(1, round(side * scale)) for side in own[tight].shape)
        colours = cv2.resize(
            np.ascontiguousarray(pixels[tight][..., :3]), (width, height), interpolation=cv2.INTER_LINEAR
        )
        share = cv2.resize(own[tight].astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        return Piece(np.asarray(colours, np.uint8), share >= 0.5, lightness)

    def _update(self, results: dict, masks: NDArray[np.bool_], pasted: NDArray[np.bool_]) -> None:
        """Set the annotations to the masks that are left, and add the pasted object if its class is trained."""
        areas = masks.sum(axis=(1, 2))
        lost = results["gt_masks"].areas > areas
        results["gt_ignore_flags"] = results["gt_ignore_flags"] | (lost & (areas < self.min_pixels))
        classes, ids = results["classes"], results["gt_instances_ids"]
        label = classes.index(self.class_name) if self.class_name in classes else _NOT_TRAINED
        new = {
            "gt_bboxes_labels": np.array([label], results["gt_bboxes_labels"].dtype),
            "gt_instances_ids": np.array([ids.max(initial=0) + 1], ids.dtype),
            "gt_ignore_flags": np.array([False]),
        }
        for key, value in new.items():
            results[key] = np.concatenate([results[key], value])
        masks = np.concatenate([masks, pasted[None]])
        results["gt_masks"] = BitmapMasks(masks.astype(np.uint8), *pasted.shape)
        results["gt_bboxes"] = results["gt_masks"].get_bboxes("hbox").numpy()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(class_name={self.class_name}, probability={self.probability})"


def find_place(
    piece: Piece, ground: Ground, occupied: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[int, int] | None:
    """Draw a place where an object stands on the ground.

    Args:
        piece: The object.
        ground: Where objects of its class stand.
        occupied: (H, W) pixels of other objects.
        rng: Generator.

    Returns:
        Row and column of its upper left corner; None where it would leave the image or stand on something.
    """
    height, width = piece.mask.shape
    top = round(ground.foot(height)) - height
    left = round(ground.draw_centre(top + height, rng) + rng.normal(0, width) - width / 2)
    if top < 0 or left < 0 or top + height > occupied.shape[0] or left + width > occupied.shape[1]:
        return None
    sole = max(1, round(_SOLE * height))
    bottom = top + height
    beneath = occupied[bottom - sole : bottom, left : left + width]
    return None if (beneath & piece.mask[-sole:]).any() else (top, left)


def luma(pixels: NDArray[np.uint8]) -> float:
    """Return the mean luma of (…, 3) BGR pixels, 0 to 255; NaN of none."""
    return float(pixels.reshape(-1, 3).mean(axis=0) @ _LUMA) if pixels.size else float("nan")


def solidity(mask: NDArray[np.bool_]) -> float:
    """Return the area of an ``(h, w)`` mask over that of its convex hull, pixels being squares; at most 1."""
    y, x = np.nonzero(mask)
    corners = np.concatenate([np.stack([x + dx, y + dy], axis=1) for dx in (0, 1) for dy in (0, 1)])
    return len(x) / cv2.contourArea(cv2.convexHull(corners.astype(np.int32)))
