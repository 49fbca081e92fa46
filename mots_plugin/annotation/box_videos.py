"""Videos whose objects are known as boxes, from the files of a data set or of a tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.box_faults import find_box_faults, raise_first
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import IMAGE_EXTENSIONS, list_frame_images, read_image_size
from mots_plugin.formats.kitti_box import KITTI_CLASSES, read_kitti_box
from mots_plugin.formats.mask_tracks import CLASS_NAMES
from mots_plugin.formats.mot_txt import parse_mot_txt, read_mot_txt

BOX_FORMATS = ("mot", "kitti", "tracks")
# Folders of a sequence NAME below the root of images, in the layouts of KITTI, MOTChallenge and this project.
_IMAGE_FOLDERS = ("{}", "{}/img1", "image_02/{}", "training/image_02/{}", "testing/image_02/{}", "images/{}")
_CAR, _PEDESTRIAN = 1, 2
# Classes of KITTI MOTS by those of the box formats; the others are distractors, or not of these classes.
_FROM_MOT = {1: _PEDESTRIAN, 3: _CAR}
_FROM_KITTI = {KITTI_CLASSES["car"]: _CAR, KITTI_CLASSES["pedestrian"]: _PEDESTRIAN}


@dataclass(frozen=True)
class BoxVideo:
    """The boxes of one video, with all that is needed to make masks of them.

    Attributes:
        name: Name of the video.
        tracks: The boxes: class ids as of masks (1 car, 2 pedestrian, others of one's own), pixels from 0, frame
            numbers and track ids as the source has them, an id at most once a frame.
        height: Image height, pixels.
        width: Image width, pixels.
        images: Image file by frame number; empty where no images are needed.
        class_names: Names of the classes by their ids.
    """

    name: str
    tracks: BoxTracks
    height: int
    width: int
    images: Mapping[int, Path] = field(default_factory=dict)
    class_names: Mapping[int, str] = field(default_factory=lambda: CLASS_NAMES)

    @property
    def class_ids(self) -> dict[str, int]:
        """Ids of the classes by their names."""
        return {name: class_id for class_id, name in self.class_names.items()}

    def __len__(self) -> int:
        return len(self.tracks)


def find_box_files(root: Path) -> dict[str, Path]:
    """Find the box text of each sequence.

    Args:
        root: A text file, or a folder of ``NAME.txt``, ``label_02/NAME.txt`` or ``NAME/gt/gt.txt``.

    Returns:
        Files by name of the sequence, in order of name.

    Raises:
        FormatError: There is none.
    """
    if root.is_file():
        return {_sequence_name(root): root}
    for pattern in ("*/gt/gt.txt", "label_02/*.txt", "training/label_02/*.txt", "*.txt"):
        files = sorted(root.glob(pattern))
        if files:
            return {_sequence_name(path): path for path in files}
    cure = "give a text file, or a folder of NAME.txt, label_02/NAME.txt or NAME/gt/gt.txt"
    raise FormatError(root, "holds no boxes" if root.is_dir() else "not found", cure)


def find_images(root: Path, name: str) -> dict[int, Path]:
    """Return the images of a sequence by frame number.

    Args:
        root: Folder of the images of one sequence, or of a data set in the layout of KITTI or MOTChallenge.
        name: Name of the sequence.

    Raises:
        FormatError: There are none, or they are not named by their frames.
    """
    for folder in [root / pattern.format(name) for pattern in _IMAGE_FOLDERS] + [root]:
        if folder.is_dir() and any(path.suffix.lower() in IMAGE_EXTENSIONS for path in folder.iterdir()):
            return list_frame_images(folder)
    cure = f"give the folder of {name}'s images, or one that holds {name}, {name}/img1 or training/image_02/{name}"
    raise FormatError(root, f"has no images of sequence {name}", cure)


def read_box_video(
    path: Path,
    name: str,
    box_format: str,
    *,
    class_id: int | None = None,
    own_classes: Mapping[str, int] | None = None,
    images: Mapping[int, Path] | None = None,
    size: tuple[int, int] = (0, 0),
) -> BoxVideo:
    """Read the boxes of one sequence.

    Boxes of other classes, without identity, and those that ground truth of MOTChallenge does not score are left out.

    Args:
        path: Text file.
        name: Name of the sequence.
        box_format: ``'mot'`` (frames and pixels counted from 1), ``'kitti'`` (from 0), or ``'tracks'``: MOTChallenge's
            columns as ``tools/test.py`` writes them, with frames, pixels and classes as the data set has them.
        class_id: Class of boxes for which the file has none, as in results of MOTChallenge.
        own_classes: Ids by name of classes that there are besides car and pedestrian, or in the place of what has these
            ids. The file has them by number, KITTI's format by name in whatever case.
        images: Image file by frame number.
        size: ``(height, width)`` in pixels where there are no images.

    Raises:
        FormatError: The file cannot be read, tells no class and none is given, or has a box in a frame without image.
    """
    own_ids = dict(own_classes or {})
    if box_format == "kitti":
        tracks = _from_kitti(path, own_ids)
    else:
        read = _from_mot if box_format == "mot" else _from_tracks
        tracks = read(path, class_id, set(own_ids.values()))
    class_names = CLASS_NAMES | {number: class_name for class_name, number in own_ids.items()}
    if images:
        if box_format == "mot" and min(images) == 0:
            problem = "its frames count from 1, but the first image is that of frame 0"
            raise FormatError(path, problem, "give images that are numbered from 1, as in MOTChallenge's img1")
        missing = np.flatnonzero(~np.isin(tracks.frames, list(images)))
        if len(missing):
            problem = (
                f"a box is in frame {tracks.frames[missing[0]]}, but there are images {min(images)} to {max(images)}"
            )
            raise FormatError(path, problem, "give all images of this sequence", tracks.lines[missing[0]])
        size = read_image_size(next(iter(images.values())))
    keys = np.stack([tracks.frames, tracks.track_ids], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    repeated = np.setdiff1d(np.arange(len(tracks)), first)
    if len(repeated):
        frame, track_id = keys[repeated[0]]
        classes = tracks.class_ids[(tracks.frames == frame) & (tracks.track_ids == track_id)]
        named = " and a ".join(class_names[number] for number in classes.tolist())
        problem = f"id {track_id} belongs to a {named} in frame {frame}"
        raise FormatError(path, problem, "number the objects of all classes apart", tracks.lines[repeated[0]])
    return BoxVideo(name, replace(tracks, name=name), *size, images or {}, class_names)


def _sequence_name(path: Path) -> str:
    in_mot_layout = path.name == "gt.txt" and path.parent.name == "gt"
    return path.parents[1].name if in_mot_layout else path.stem


def _from_mot(path: Path, class_id: int | None, own_ids: set[int]) -> BoxTracks:
    tracks = read_mot_txt(path)
    _check_classes(tracks, class_id)
    unknown = tracks.class_ids < 0
    known = np.where(unknown, class_id or 0, _translate(tracks.class_ids, _FROM_MOT | {own: own for own in own_ids}))
    # A score of 0 is, in ground truth, for boxes that do not count; MOTChallenge's first pixel is 1.
    kept = (known > 0) & (tracks.track_ids >= 0) & ((tracks.scores != 0) | unknown)
    return replace(tracks, class_ids=known, boxes=tracks.boxes - 1).select(kept)


def _from_tracks(path: Path, class_id: int | None, own_ids: set[int]) -> BoxTracks:
    tracks, faults = parse_mot_txt(path.read_bytes(), str(path))
    raise_first(faults + find_box_faults(tracks, ids_needed=True))
    _check_classes(tracks, class_id)
    known = np.where(tracks.class_ids < 0, class_id or 0, tracks.class_ids)
    return replace(tracks, class_ids=known).select(np.isin(known, [_CAR, _PEDESTRIAN, *own_ids]))


def _check_classes(tracks: BoxTracks, class_id: int | None) -> None:
    unknown = tracks.class_ids < 0
    if unknown.any() and class_id is None:
        problem = "tells no class, as results of MOTChallenge do not"
        cure = "say what the boxes are with --class-name"
        raise FormatError(tracks.source, problem, cure, tracks.lines[unknown.argmax()])


def _from_kitti(path: Path, own_ids: Mapping[str, int]) -> BoxTracks:
    # Numbers of this format stand for its own types, so that those of further ones go behind them.
    further = {name.lower(): number + len(KITTI_CLASSES) for name, number in own_ids.items()}
    tracks = read_kitti_box(path, class_ids=KITTI_CLASSES | further)
    own = {number: number - len(KITTI_CLASSES) for number in further.values()}
    known = _translate(tracks.class_ids, _FROM_KITTI | own)
    return replace(tracks, class_ids=known).select((known > 0) & (tracks.track_ids >= 0))


def _translate(class_ids: NDArray[np.int64], table: Mapping[int, int]) -> NDArray[np.int64]:
    return np.array([table.get(class_id, 0) for class_id in class_ids.tolist()], np.int64)
