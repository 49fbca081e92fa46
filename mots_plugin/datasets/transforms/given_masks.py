"""Masks of a frame that come from elsewhere: from the annotations, or from the results of any other method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.registry import TRANSFORMS
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import annotation_mask
from mots_plugin.formats.detections_txt import read_detections_txt
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import read_id_png_folder
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.rle import RLE

FrameMasks = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], Sequence[RLE], str]
"""Frames, class ids, scores and masks of a video, and what its frames count: frame_number, or frame_id."""


@TRANSFORMS.register_module()
class LoadGivenMasks(BaseTransform):
    """Adds the masks of a frame as ``given_masks``, for networks that start from masks, such as ``GivenMaskTracker``.

    ``given_masks`` is a dict of ``masks``, N run-length codes, ``labels`` (N,) int64 and ``scores`` (N,) float32.
    Ignore regions are left out. Pack it with ``PackMOTSInputs(meta_keys=('given_masks', ))``.

    Args:
        folder: Where the masks are: ``<video>.txt`` or ``<video>/``. None for those of the data set's annotations.
        form: What lies there: ``'mots_txt'`` (KITTI MOTS and MOTSChallenge), ``'id_png'`` (their 16-bit PNGs), whose
            scores are 1, or ``'detections_txt'`` (what ``tools/test.py --save-detections`` writes).
        classes: Names that labels count through.

    Raises:
        FormatError: A video's file is missing or broken, or masks have another size than the images.
        ValueError: Unknown form.
    """

    def __init__(
        self,
        folder: str | None = None,
        form: str = "mots_txt",
        classes: Sequence[str] = ("car", "pedestrian"),
    ) -> None:
        if form not in _READERS:
            raise ValueError(f"LoadGivenMasks: form {form!r} is none of {', '.join(_READERS)}")
        self.folder = None if folder is None else Path(folder)
        self.form = form
        ids = {name: class_id for class_id, name in CLASS_NAMES.items()}
        self.label_of = {ids[name]: label for label, name in enumerate(classes)}
        self._video: str | None = None

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``given_masks`` to one frame."""
        if self.folder is None:
            kept = [instance for instance in results["instances"] if not instance["ignore_flag"]]
            labels = np.array([instance["bbox_label"] for instance in kept], np.int64)
            masks = [_annotated_mask(instance, results["img_path"]) for instance in kept]
            scores = np.ones(len(kept), np.float32)
        else:
            labels, scores, masks = self._of_frame(self.folder, results)
        results["given_masks"] = {"masks": masks, "labels": labels, "scores": scores}
        return results

    def _of_frame(
        self, folder: Path, results: dict[str, Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], list[RLE]]:
        if results["video_name"] != self._video:
            self._masks = _READERS[self.form](folder, results["video_name"])
            self._video = results["video_name"]
        frames, class_ids, scores, masks, key = self._masks
        rows = np.flatnonzero((frames == results[key]) & np.isin(class_ids, list(self.label_of)))
        found = [masks[row] for row in rows.tolist()]
        size = [results["height"], results["width"]]
        if any(list(mask["size"]) != size for mask in found):
            place = f"video {self._video}, frame {results[key]}"
            problem = f"masks are of {list(found[0]['size'])} (height, width), the image is of {size}"
            raise FormatError(folder, problem, "pass masks of these very videos", place)
        labels = np.array([self.label_of[class_id] for class_id in class_ids[rows].tolist()], np.int64)
        return labels, scores[rows], found

    def __repr__(self) -> str:
        return f"{type(self).__name__}(folder={str(self.folder)!r}, form={self.form!r})"


def _annotated_mask(instance: dict[str, Any], image: str) -> RLE:
    return annotation_mask({"segmentation": instance["mask"], "id": instance["instance_id"]}, image)


def _read_mots_txt(folder: Path, video: str) -> FrameMasks:
    return _of_tracks(read_mots_txt(_existing(folder / f"{video}.txt")))


def _read_id_png(folder: Path, video: str) -> FrameMasks:
    return _of_tracks(read_id_png_folder(_existing(folder / video)))


def _of_tracks(tracks: MaskTracks) -> FrameMasks:
    tracks = tracks.select(tracks.class_ids != IGNORE_CLASS)
    return tracks.frames, tracks.class_ids, np.ones(len(tracks), np.float32), tracks.masks, "frame_number"


def _read_detections(folder: Path, video: str) -> FrameMasks:
    found = read_detections_txt(_existing(folder / f"{video}.txt"))
    if len(found) and found.masks is None:
        raise FormatError(found.source, "holds boxes without masks", "add height, width and rle to every line")
    return found.frames, found.class_ids, found.scores, found.masks or [], "frame_id"


def _existing(path: Path) -> Path:
    if not path.exists():
        cure = "put one file or folder a video there; an empty text file is a video without objects"
        raise FormatError(path, "masks not found", cure)
    return path


_READERS: dict[str, Callable[[Path, str], FrameMasks]] = {
    "mots_txt": _read_mots_txt,
    "id_png": _read_id_png,
    "detections_txt": _read_detections,
}
