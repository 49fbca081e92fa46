"""What tracking a video leaves on disk, in several forms, each frame as it comes; closed early, each is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mots_plugin.apis.video_tracking import TrackedFrame
from mots_plugin.evaluation.results import BoxResultWriter, TrackResultWriter
from mots_plugin.formats.atomic import append_whole, atomic_write, full_disk_named
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import write_id_png_folder
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.step_png import write_step_png
from mots_plugin.structures import Frame
from mots_plugin.visualization.painter import TrackPainter
from mots_plugin.visualization.video_file import VideoFile


class TrackOutput(Protocol):
    """One form of results."""

    def write(self, frame: TrackedFrame) -> None:
        """Add a frame, later than all before."""

    def close(self) -> Path:
        """Complete what is there and return where it lies."""


class TextOutput:
    """Masks as MOTS text, boxes as MOTChallenge text (class: label + 1).

    Args:
        folder: Where ``<name>.txt`` goes.
        name: Name of the video.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._writer: TrackResultWriter | BoxResultWriter | None = None

    def write(self, frame: TrackedFrame) -> None:
        """Add a frame."""
        if frame.masks is None:
            boxes = self._writer = self._writer or BoxResultWriter(self._folder)
            assert isinstance(boxes, BoxResultWriter)
            boxes.append(self._name, frame.number, frame.ids, frame.labels + 1, frame.boxes, frame.scores)
        else:
            masks = self._writer = self._writer or TrackResultWriter(self._folder)
            assert isinstance(masks, TrackResultWriter)
            masks.append(self._name, frame.number, frame.ids, class_ids_of(frame), frame.masks)

    def close(self) -> Path:
        """Give the file its name."""
        path = self._folder / f"{self._name}.txt"
        return path if self._writer is None else self._writer.finish(self._name)


class JsonOutput:
    """A json list with one entry a frame, objects with their boxes, scores and masks (COCO's run-length code)."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.json"
        self._list = _JsonList(folder / f".{name}.entries.part")

    def write(self, frame: TrackedFrame) -> None:
        """Add a frame."""
        seconds = None if np.isnan(frame.seconds) else round(frame.seconds, 3)
        self._list.append({"frame": frame.number, "seconds": seconds, "objects": _objects(frame)})

    def close(self) -> Path:
        """End the list and give the file its name."""
        with open(self._list.close(), encoding="utf-8") as entries, atomic_write(self._path) as file:
            file.write("[\n")
            shutil.copyfileobj(entries, file)
            file.write("\n]\n")
        self._list.remove()
        return self._path


class CocoOutput:
    """A COCO-video json of one video, whose images are called ``<name>/FFFFFF.png``."""

    def __init__(self, folder: Path, name: str, frame_rate: float | None) -> None:
        self._path, self._name, self._frame_rate = folder / f"{name}.coco.json", name, frame_rate
        self._images = _JsonList(folder / f".{name}.images.part")
        self._annotations = _JsonList(folder / f".{name}.annotations.part")
        self._last: TrackedFrame | None = None

    def write(self, frame: TrackedFrame) -> None:
        """Add a frame."""
        self._last, (height, width) = frame, frame.image.shape[:2]
        image_id = self._images.count + 1
        place = {"file_name": f"{self._name}/{frame.number:06d}.png", "height": height, "width": width, "video_id": 1}
        self._images.append({"id": image_id, **place, "frame_id": image_id - 1, "frame_number": frame.number})
        for class_id, found in zip(class_ids_of(frame).tolist(), _objects(frame), strict=True):
            left, top, right, bottom = found["box"]
            box = [left, top, right - left, bottom - top]
            annotation = {
                "id": self._annotations.count + 1,
                "image_id": image_id,
                "video_id": 1,
                "category_id": class_id,
                "instance_id": found["id"],
                "bbox": box,
                "area": box[2] * box[3],
                "iscrowd": 0,
                "score": found["score"],
            }
            self._annotations.append(annotation | ({"segmentation": found["mask"]} if "mask" in found else {}))

    def close(self) -> Path:
        """Put the parts together and give the file its name."""
        parts = [part.close() for part in (self._images, self._annotations)]
        if self._last is None:
            return self._path
        height, width = self._last.image.shape[:2]
        video: dict[str, Any] = {"id": 1, "name": self._name, "width": width, "height": height}
        video |= {"length": self._images.count} | ({"frame_rate": self._frame_rate} if self._frame_rate else {})
        numbers = zip(self._last.class_ids, self._last.classes, strict=True)
        categories = [{"id": class_id, "name": name} for class_id, name in numbers]
        with atomic_write(self._path) as file:
            file.write(f'{{"videos":[{json.dumps(video)}],"categories":{json.dumps(categories)}')
            for key, part in zip(("images", "annotations"), parts, strict=True):
                file.write(f',"{key}":[\n')
                with open(part, encoding="utf-8") as entries:
                    shutil.copyfileobj(entries, file)
                file.write("\n]")
            file.write("}\n")
        self._images.remove()
        self._annotations.remove()
        return self._path


class PngOutput:
    """A PNG a frame: the panoptic map (8-bit RGB, as of KITTI-STEP) if the model makes one, else 16-bit ids."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder / name, name

    def write(self, frame: TrackedFrame) -> None:
        """Add a frame."""
        if frame.panoptic is not None:
            write_step_png(self._folder / f"{frame.number:06d}.png", frame.panoptic)
            return
        if frame.masks is None:
            raise FormatError(self._name, "has boxes but no masks, so there are no id PNGs", "save txt or json")
        numbers = np.full(len(frame.ids), frame.number)
        tracks = MaskTracks(numbers, frame.ids, class_ids_of(frame), frame.masks, name=self._name)
        write_id_png_folder(self._folder, tracks, [frame.number], *frame.image.shape[:2])

    def close(self) -> Path:
        """Return the folder."""
        return self._folder


class VideoOutput:
    """The frames with their tracks drawn.

    Args:
        path: The video.
        frame_rate: Frames per second.
        live: Frames were dropped: repeat pictures in their place, so that the video takes as long as what it shows.
        show: Called with each picture, RGB.
    """

    def __init__(
        self, path: Path | None, frame_rate: float, live: bool, show: Callable[[Any], None] | None = None
    ) -> None:
        self._file = None if path is None else VideoFile(path, frame_rate)
        self._painter, self._live, self._show = TrackPainter(), live, show
        self._next = 0

    def write(self, frame: TrackedFrame) -> None:
        """Draw a frame."""
        shape = frame.image.shape[0], frame.image.shape[1]
        title = f"frame {frame.number}"
        picture = self._painter.paint(frame.image, frame.tracks, Frame(frame.index, shape), frame.classes, title)
        if self._file is not None:
            missed = frame.number - self._next if self._live and frame.index else 0
            self._next = frame.number + 1
            for _ in range(1 + missed):
                self._file.write(picture)
        if self._show is not None:
            self._show(picture)

    def close(self) -> Path:
        """Finish the video."""
        if self._file is None:
            return Path()
        self._file.close()
        return self._file.path


def class_ids_of(frame: TrackedFrame) -> NDArray[np.int64]:
    """Return the ``(M,)`` numbers of the tracks' classes, as text files and PNGs have them."""
    return np.asarray(frame.class_ids, np.int64)[frame.labels]


class _JsonList:
    """Entries of a json list on their way to disk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self.count = path, 0
        self._file = open(path, "wb", buffering=0)

    def append(self, entry: dict[str, Any]) -> None:
        with full_disk_named(self._path):
            append_whole(self._file, ((",\n" if self.count else "") + json.dumps(entry)).encode())
        self.count += 1

    def close(self) -> Path:
        self._file.close()
        return self._path

    def remove(self) -> None:
        self._path.unlink()


def _objects(frame: TrackedFrame) -> list[dict[str, Any]]:
    columns = frame.ids.tolist(), frame.labels.tolist(), frame.scores.tolist(), frame.boxes.tolist()
    found: list[dict[str, Any]] = [
        {"id": track, "class": frame.classes[label], "score": round(score, 4), "box": [round(x, 2) for x in box]}
        for track, label, score, box in zip(*columns, strict=True)
    ]
    for entry, mask in zip(found, frame.masks or [], strict=False):
        entry["mask"] = {"size": mask["size"], "counts": mask["counts"].decode("ascii")}
    return found
