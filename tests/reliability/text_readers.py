"""Readers of text formats: how a sound file is made, and what must hold of whatever is read from a damaged one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mots_plugin.formats import rle
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.cvat import read_cvat, write_cvat
from mots_plugin.formats.davis import read_image_set, read_object_classes
from mots_plugin.formats.detections_txt import format_detections, read_detections_txt
from mots_plugin.formats.frame_list import VideoFrames, read_seqinfo
from mots_plugin.formats.kitti_box import read_kitti_box, write_kitti_box
from mots_plugin.formats.labels_with_ids import read_image_list, read_labels
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mot_txt import read_mot_txt, write_mot_txt
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.seqmap import SequenceRange, read_seqmap, write_seqmap
from mots_plugin.formats.validation import plan_checks
from mots_plugin.reproduction.paper import read_paper


@dataclass(frozen=True)
class Reader:
    """How one kind of file is made and read.

    Attributes:
        file: Its path in an empty folder.
        write: Writes a sound one, and what must lie beside it.
        read: Reads it; may return a table, a generator is read to its end.
        check: Asserts what must hold of every value that is read.
        named: What an error names: the file, or a folder above it.
    """

    file: str
    write: Callable[[Path], object]
    read: Callable[[Path], Any]
    check: Callable[[Any], object] = lambda value: None
    named: str = ""


def two_objects() -> tuple[MaskTracks, VideoFrames]:
    """A car and a pedestrian in three frames of 6 x 8 pixels."""
    masks, frames = [], []
    for frame in range(3):
        car, person = np.zeros((2, 6, 8), bool)
        car[1:4, frame : frame + 3] = True
        person[2:6, 6:7] = True
        masks += [rle.encode(car), rle.encode(person)]
        frames += [frame, frame]
    tracks = MaskTracks(frames, [1001, 2001] * 3, [1, 2] * 3, masks, source="drawn", name="0002")
    images = [f"training/image_02/0002/{frame:06d}.png" for frame in range(3)]
    return tracks, VideoFrames("0002", [0, 1, 2], images, 6, 8, 10.0)


def two_boxes() -> BoxTracks:
    """A car and a pedestrian in two frames."""
    boxes = [[1.5, 2, 30, 20], [40, 5, 45.25, 18], [3, 2, 32, 20], [41, 5, 46, 18]]
    return BoxTracks([1, 1, 2, 2], [1, 2, 1, 2], boxes, [1, 0.5, 1, 0.25], [3, 1, 3, 1], [1, 0.5, 1, 1])


def sound_masks(tracks: MaskTracks) -> None:
    assert (tracks.frames >= 0).all()
    assert not [fault for fault in find_faults(tracks) if fault.kind != "empty"]
    assert (rle.areas(list(tracks.masks)) >= 0).all()


def decodable_masks(tracks: MaskTracks) -> None:
    assert not rle.find_broken(list(tracks.masks))
    assert len(tracks) == len(tracks.masks)


def sound_boxes(tracks: BoxTracks) -> None:
    assert np.isfinite(tracks.boxes).all()
    assert (tracks.boxes[:, 2:] >= tracks.boxes[:, :2]).all()
    assert np.isfinite(tracks.scores).all()


def _write_detections(path: Path) -> None:
    masks = two_objects()[0].masks
    boxes = np.array([[0, 1, 3, 4], [6, 2, 7, 6]], np.float32)
    embeddings = np.array([[0.5, -1], [0.25, 2]], np.float32)
    columns = (boxes, np.array([0.9, 0.5], np.float32), np.array([1, 2]))
    path.write_text(
        "".join(line + "\n" for f in (0, 1) for line in format_detections(f, *columns, masks[:2], embeddings))
    )


def _sound_detections(found: Any) -> None:
    assert np.isfinite(found.boxes).all()
    assert (np.diff(found.frames) >= 0).all()
    assert np.isin(found.class_ids, (1, 2)).all()
    assert np.isfinite(found.scores).all()
    assert found.masks is None or not rle.find_broken(found.masks)
    assert found.embeddings is None or np.isfinite(found.embeddings).all()


def _sound_ranges(ranges: list[SequenceRange]) -> None:
    assert ranges
    assert all(entry.first_frame is None or 0 <= entry.first_frame <= entry.last_frame for entry in ranges)


def _sound_labels(labels: tuple[np.ndarray, np.ndarray]) -> None:
    assert np.isfinite(labels[0]).all()
    assert (labels[1] >= -1).all()


def _list_faults(path: Path) -> list[str]:
    return [str(fault) for check in plan_checks(path.parents[1], with_images=False) for fault in check()]


def _one_line_each(lines: list[str]) -> None:
    assert all(line and "\n" not in line for line in lines)


_SEQINFO = "[Sequence]\nname=MOT-01\nimDir=img1\nframeRate=30\nseqLength=3\nimWidth=8\nimHeight=6\nimExt=.jpg\n"
_TABLES = """\
data: {street: {title: toy, root: data, requires: [a.json], cure: run it, values: {config: c}}}
steps: {test: {command: "python test.py {config}"}}
columns: {sMOTSA: [car/sMOTSA]}
tables: {table4: {title: temporal, data: [street], rows: [{row: none, paper: [70.7], result: {step: test}}]}}
"""

TEXT_READERS: dict[str, Reader] = {
    "MOTS text": Reader("0002.txt", lambda path: write_mots_txt(path, two_objects()[0]), read_mots_txt, sound_masks),
    "faults of MOTS text": Reader(
        "instances_txt/0002.txt",
        lambda path: write_mots_txt(path, two_objects()[0]),
        _list_faults,
        _one_line_each,
        "..",
    ),
    "MOTChallenge boxes": Reader("a.txt", lambda path: write_mot_txt(path, two_boxes()), read_mot_txt, sound_boxes),
    "MOTChallenge ground truth": Reader(
        "gt.txt", lambda path: write_mot_txt(path, two_boxes(), ground_truth=True), read_mot_txt, sound_boxes
    ),
    "KITTI boxes": Reader("0002.txt", lambda path: write_kitti_box(path, two_boxes()), read_kitti_box, sound_boxes),
    "detections": Reader("0002.txt", _write_detections, read_detections_txt, _sound_detections),
    "detections without masks": Reader(
        "0002.txt",
        lambda path: path.write_text("0 1 2 30 20 0.9 1\n0 4 5 6 7.5 0.5 2\n3 1 2 3 4 1e-3 1\n"),
        read_detections_txt,
        _sound_detections,
    ),
    "seqmap": Reader(
        "a.seqmap",
        lambda path: write_seqmap(path, [SequenceRange("0002", 0, 5), SequenceRange("0006", 3, 9)]),
        read_seqmap,
        _sound_ranges,
    ),
    "seqmap of TrackEval": Reader(
        "b.seqmap", lambda path: path.write_text("name\nMOTS20-02\nMOTS20-05\n"), read_seqmap, _sound_ranges
    ),
    "seqinfo.ini": Reader(
        "seqinfo.ini",
        lambda path: path.write_text(_SEQINFO),
        lambda path: read_seqinfo(path, path.parent),
        lambda frames: frames.height > 0 and frames.width > 0,
    ),
    "labels_with_ids": Reader(
        "1.txt", lambda path: path.write_text("0 5 0.5 0.5 0.1 0.2\n0 -1 0.2 0.3 0.1 0.2\n"), read_labels, _sound_labels
    ),
    "list of images": Reader(
        "train.txt",
        lambda path: path.write_text("MOT17/images/train/A/img1/000001.jpg\nPRW/images/c1s1_000151.jpg\n"),
        read_image_list,
        lambda images: [image.frame for image in images],
    ),
    "object classes of DAVIS": Reader(
        "classes.csv",
        lambda path: path.write_text("sequence,object_id,class\nbus,1,car\nwalk,2,pedestrian\n"),
        read_object_classes,
    ),
    "image set of DAVIS": Reader(
        "val.txt", lambda path: path.write_text("bus\n/JPEGImages/480p/walk/0.jpg /A/walk/0.png\n"), read_image_set
    ),
    "CVAT": Reader(
        "a.xml",
        lambda path: write_cvat(path, two_objects()[1], two_objects()[0]),
        read_cvat,
        lambda found: [decodable_masks(tracks) for tracks in found.values()],
    ),
    "table file": Reader("x_tables.yml", lambda path: path.write_text(_TABLES), read_paper),
}
