"""From a COCO-video file and its images, or from its masks alone, to a crop database, shard by shard."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write, full_disk_named
from mots_plugin.formats.coco_video import CocoVideo, annotation_mask
from mots_plugin.formats.crop_database import (
    CROP_DTYPE,
    OTHER,
    OWN,
    DatabaseHeader,
    Shard,
    read_header,
    shard_files,
)
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS
from mots_plugin.formats.rle import RLE, areas, boxes, decode_crop


@dataclass(frozen=True)
class ImagePlan:
    """The crops of one image.

    Attributes:
        image: Its entry in the COCO-video file.
        masks: One a crop.
        crops: Their rows, ``start`` counted from the image's first crop.
    """

    image: dict[str, Any]
    masks: list[RLE]
    crops: NDArray[np.void]

    @property
    def pixels(self) -> int:
        """Number of pixels of all crops."""
        return int((self.crops["height"].astype(np.int64) * self.crops["width"]).sum())


class CropDatabaseBuilder:
    """Cuts out every object that is not ignored; a build that was stopped goes on with the first shard not whole.

    Args:
        coco: Annotations with masks. Objects without ``instance_id`` are tracks of their own.
        images: Folder that the file names start from; None where there are no images: crops are black then.
        folder: Where the database is written.
        classes: Names of the classes to take, all but ignore regions by default.
        margin: Surroundings on each side, as a share of the box's side.
        shard_pixels: A shard is closed after the image that makes it this large.

    Raises:
        FormatError: No such object, a class that the file does not have, or a folder that holds another database.
    """

    def __init__(
        self,
        coco: CocoVideo,
        images: str | os.PathLike[str] | None,
        folder: str | os.PathLike[str],
        classes: Sequence[str] | None = None,
        margin: float = 0.2,
        shard_pixels: int = 2**24,
    ) -> None:
        self.coco = coco
        self.images = None if images is None else Path(images)
        self.folder = Path(folder)
        known = [name for category, name in coco.class_names.items() if category != IGNORE_CLASS and name != "ignore"]
        self.classes = list(classes) if classes is not None else known
        missing = [name for name in self.classes if name not in known]
        if missing:
            raise FormatError(coco.source, f"has no class {', '.join(missing)}", f"choose from: {', '.join(known)}")
        self.margin = margin
        self._shards = list(self._split(shard_pixels))
        if not self._shards:
            raise FormatError(coco.source, f"holds no {' or '.join(self.classes)} with a mask", "check the classes")
        self._write_header()

    def __len__(self) -> int:
        """Images with objects."""
        return sum(len(shard) for shard in self._shards)

    def build(self) -> Iterator[int]:
        """Write what is missing; yield how many images have been dealt with, shard by shard or image by image.

        Raises:
            FormatError: An image is missing, broken or of another size.
        """
        for number, plans in enumerate(self._shards):
            if shard_files(self.folder, number)[0].is_file():
                yield len(plans)
            else:
                yield from self._write_shard(number, plans)

    def _write_header(self) -> None:
        shards = [Shard(sum(len(plan.crops) for plan in plans), _pixels(plans)) for plans in self._shards]
        digest = hashlib.sha256(Path(self.coco.source).read_bytes()).hexdigest()
        videos = [video["name"] for video in self.coco.videos]
        has_colours = self.images is not None
        header = DatabaseHeader(self.coco.source, digest, self.classes, videos, self.margin, shards, has_colours)
        if (self.folder / "database.json").exists():
            old = read_header(self.folder)
            if {**vars(old), "source": ""} != {**vars(header), "source": ""}:
                problem = f"holds another database, of {old.source} with other annotations or settings"
                raise FormatError(self.folder, problem, "choose another folder, or remove it")
        else:
            with atomic_write(self.folder / "database.json") as file:
                file.write(header.to_json())

    def _split(self, shard_pixels: int) -> Iterator[list[ImagePlan]]:
        shard: list[ImagePlan] = []
        pixels = 0
        for position, video in enumerate(self.coco.videos):
            for image in self.coco.images(video["name"]):
                plan = self._plan(position, image)
                if len(plan.crops):
                    shard.append(plan)
                    pixels += plan.pixels
                if pixels >= shard_pixels:
                    yield shard
                    shard, pixels = [], 0
        if shard:
            yield shard

    def _plan(self, video: int, image: dict[str, Any]) -> ImagePlan:
        names = self.coco.class_names
        found = [
            annotation
            for annotation in self.coco.annotations(image["id"])
            if not annotation.get("iscrowd") and names.get(annotation["category_id"]) in self.classes
        ]
        masks = [annotation_mask(annotation, self.coco.source) for annotation in found]
        for annotation, mask in zip(found, masks, strict=True):
            if list(mask["size"]) != [image["height"], image["width"]]:
                cure, place = "run tools/validate_data.py for a list of all faults", f"annotation {annotation['id']}"
                raise FormatError(self.coco.source, "its mask has another size than its image", cure, place)
        sizes = areas(masks)
        rows = np.flatnonzero(sizes)
        found, masks = [found[row] for row in rows], [masks[row] for row in rows]
        crops = np.zeros(len(rows), CROP_DTYPE)
        crops["video"], crops["frame"], crops["area"] = video, image["frame_id"], sizes[rows]
        crops["label"] = [self.classes.index(names[annotation["category_id"]]) for annotation in found]
        # Objects of single images have no identity: their annotation's id, negative, is one that no track has.
        crops["instance_id"] = [annotation.get("instance_id", -annotation["id"]) for annotation in found]
        windows = enlarged_windows(boxes(masks).astype(np.int64), self.margin, image["height"], image["width"])
        crops["left"], crops["top"] = windows[:, 0], windows[:, 1]
        crops["width"], crops["height"] = windows[:, 2] - windows[:, 0], windows[:, 3] - windows[:, 1]
        sizes = crops["height"].astype(np.int64) * crops["width"]
        crops["start"] = np.cumsum(sizes) - sizes
        return ImagePlan(image, masks, crops)

    def _write_shard(self, number: int, plans: list[ImagePlan]) -> Iterator[int]:
        crops_file, pixels_file = shard_files(self.folder, number)
        unfinished = pixels_file.with_suffix(".part")
        tables, start = [], 0
        try:
            with full_disk_named(pixels_file):
                pixels = _map_new_file(unfinished, (_pixels(plans), 4))
            for plan in plans:
                table = plan.crops.copy()
                table["start"] += start
                tables.append(table)
                self._cut(plan, pixels[start : start + plan.pixels])
                start += plan.pixels
                yield 1
            pixels.flush()
            os.replace(unfinished, pixels_file)
        finally:
            unfinished.unlink(missing_ok=True)
        with atomic_write(crops_file, "wb") as file:
            np.save(file, np.concatenate(tables))

    def _cut(self, plan: ImagePlan, pixels: NDArray[np.uint8]) -> None:
        image = None if self.images is None else self._read(self.images, plan.image)
        pieces = [decode_crop(mask) for mask in plan.masks]
        for own, crop in enumerate(plan.crops):
            x, y, width, height = (int(crop[name]) for name in ("left", "top", "width", "height"))
            cut = pixels[int(crop["start"]) :][: height * width].reshape(height, width, 4)
            cut[..., :3] = 0 if image is None else image[y : y + height, x : x + width]
            categories = np.zeros((height, width), np.uint8)
            for other, piece in enumerate(pieces):
                if other != own and plan.crops["label"][other] == crop["label"]:
                    _paint(categories, x, y, piece, OTHER)
            _paint(categories, x, y, pieces[own], OWN)
            cut[..., 3] = categories

    @staticmethod
    def _read(images: Path, entry: dict[str, Any]) -> NDArray[np.uint8]:
        import cv2

        path = images / entry["file_name"]
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            problem = "image not found" if not path.is_file() else "cannot be read as an image"
            raise FormatError(path, problem, "restore it, or correct the folder of images")
        if image.shape[:2] != (entry["height"], entry["width"]):
            problem = f"has height and width {image.shape[:2]}, its annotations {(entry['height'], entry['width'])}"
            raise FormatError(path, problem, "restore the image, or convert the annotations again")
        return np.asarray(image, np.uint8)


def enlarged_windows(boxes: NDArray[np.int64], margin: float, height: int, width: int) -> NDArray[np.int64]:
    """Add a share of the side to each side of boxes, whole pixels, as far as the image reaches.

    As released, a side counts from the first pixel to the last, one less than its length.

    Args:
        boxes: (N, 4) tight xyxy, right and bottom exclusive.
        margin: The share.
        height: Image height, pixels.
        width: Image width, pixels.
    """
    margins = np.floor((boxes[:, 2:] - boxes[:, :2] - 1) * margin).astype(np.int64)
    return np.concatenate(
        [np.maximum(boxes[:, :2] - margins, 0), np.minimum(boxes[:, 2:] + margins, [width, height])], axis=1
    )


def _map_new_file(path: Path, shape: tuple[int, int]) -> np.memmap:
    """Map a new ``.npy`` file into memory whose place on the disk is taken.

    A file with holes would end the process by a signal when the disk is full.
    """
    pixels = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    with open(path, "r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return pixels


def _pixels(plans: list[ImagePlan]) -> int:
    return sum(plan.pixels for plan in plans)


def _paint(
    categories: NDArray[np.uint8], x0: int, y0: int, piece: tuple[NDArray[np.bool_], int, int], value: int
) -> None:
    """Set the pixels of a mask, given as a crop and its place in the image, inside a window that begins at (x0, y0)."""
    mask, left, top = piece
    rows = slice(max(0, top - y0), max(0, top - y0 + mask.shape[0]))
    columns = slice(max(0, left - x0), max(0, left - x0 + mask.shape[1]))
    target = categories[rows, columns]
    target[mask[max(0, y0 - top) :, max(0, x0 - left) :][: target.shape[0], : target.shape[1]]] = value
