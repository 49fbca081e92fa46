"""A full disk: one line names the file and the cure, what was there stays, and nothing temporary lies about.

A bound on the size of files stands for the disk: the write that would cross it fails in the middle, as on a full one.
"""

import resource
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from text_readers import two_boxes, two_objects

from mots_plugin.apis.track_outputs import JsonOutput, TextOutput
from mots_plugin.apis.video_tracking import TrackedFrame
from mots_plugin.engine import WholeFileBackend
from mots_plugin.evaluation.results import TrackResultWriter
from mots_plugin.formats import rle
from mots_plugin.formats.coco_video import from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.crop_building import CropDatabaseBuilder
from mots_plugin.formats.crop_database import CropDatabase
from mots_plugin.formats.cvat import write_cvat
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.flow_files import write_flo, write_kitti_flow
from mots_plugin.formats.frame_list import write_frame_list
from mots_plugin.formats.id_png import write_id_png
from mots_plugin.formats.kitti_box import write_kitti_box
from mots_plugin.formats.labelme import write_labelme_file
from mots_plugin.formats.mot_txt import write_mot_txt
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.seqmap import SequenceRange, write_seqmap
from mots_plugin.formats.step_png import write_step_png
from mots_plugin.visualization.video_file import VideoFile

CURE = "free space on its disk, and run the same command again"
NOISE = np.random.default_rng(0).integers(0, 2**16, (64, 64), np.uint16)
MASKS, FRAMES = two_objects()


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def write_zip(path: Path) -> None:
    from mots_plugin.formats.atomic import atomic_write

    with atomic_write(path, "wb") as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("0000.txt", NOISE.tobytes())


WRITERS: dict[str, Callable[[Path], object]] = {
    "MOTS text": lambda path: write_mots_txt(path, MASKS),
    "MOTChallenge boxes": lambda path: write_mot_txt(path, two_boxes()),
    "KITTI boxes": lambda path: write_kitti_box(path, two_boxes()),
    "COCO-video": lambda path: write_coco_video(path, from_mask_tracks([(FRAMES, MASKS)])),
    "list of frames": lambda path: write_frame_list(path, FRAMES),
    "seqmap": lambda path: write_seqmap(path, [SequenceRange(f"{number:04d}", 0, 9) for number in range(20)]),
    "CVAT": lambda path: write_cvat(path, FRAMES, MASKS),
    "labelme": lambda path: write_labelme_file(path, "0.png", [(1, 1, MASKS.masks[0])], 6, 8),
    "id PNG": lambda path: write_id_png(path, NOISE),
    "STEP PNG": lambda path: write_step_png(path, NOISE.astype(np.uint32)),
    "KITTI flow": lambda path: write_kitti_flow(path, NOISE[..., None].repeat(2, -1) / 256),
    ".flo": lambda path: write_flo(path, np.zeros((64, 64, 2), np.float32)),
    "zip": write_zip,
    "checkpoint": lambda path: WholeFileBackend().put(NOISE.tobytes(), path),
    "weights": lambda path: save_weights(path),
}


def save_weights(path: Path) -> None:
    from mots_plugin.formats.atomic import atomic_write

    with atomic_write(path, "wb") as file:
        torch.save({"state_dict": {"weight": torch.from_numpy(NOISE.astype(np.float32))}}, file)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("size", [0, 60])
def test_the_old_file_stays(name, size, tmp_path, capsys):
    path = tmp_path / "file"
    path.write_bytes(b"of an earlier run")

    @report_errors_in_one_line
    def tool() -> None:
        with disk_of(size):
            WRITERS[name](path)

    assert tool() == 1
    assert capsys.readouterr().err == f"error: {path}: cannot be written (File too large); {CURE}\n"
    assert path.read_bytes() == b"of an earlier run"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_results_end_with_the_last_whole_frame(tmp_path):
    writer = TrackResultWriter(tmp_path)
    for frame in range(2):
        rows = np.flatnonzero(MASKS.frames == frame)
        writer.append("0002", frame, MASKS.track_ids[rows], MASKS.class_ids[rows], [MASKS.masks[row] for row in rows])
    whole = (tmp_path / ".0002.txt.part").read_bytes()
    with disk_of(len(whole) + 10), pytest.raises(FormatError, match=CURE):
        writer.append("0002", 2, MASKS.track_ids[4:], MASKS.class_ids[4:], MASKS.masks[4:])
    assert (tmp_path / ".0002.txt.part").read_bytes() == whole
    writer.finish("0002")
    assert len(read_mots_txt(tmp_path / "0002.txt")) == 4


def tracked(frame: int) -> TrackedFrame:
    rows = np.flatnonzero(MASKS.frames == frame)
    masks = [MASKS.masks[row] for row in rows]
    labels = MASKS.class_ids[rows] - 1
    numbers = {"index": frame, "number": frame, "seconds": float(frame)}
    found = {"ids": MASKS.track_ids[rows], "boxes": rle.boxes(masks), "scores": np.ones(len(rows), np.float32)}
    image = np.zeros((6, 8, 3), np.uint8)
    classes = {"classes": ("car", "pedestrian"), "class_ids": (1, 2)}
    return TrackedFrame(**numbers, image=image, **found, labels=labels, masks=masks, panoptic=None, **classes)


@pytest.mark.parametrize("make", [TextOutput, JsonOutput])
def test_a_tracked_video_ends_with_the_last_whole_frame(make, tmp_path):
    output = make(tmp_path, "video")
    output.write(tracked(0))
    output.write(tracked(1))
    (growing,) = tmp_path.iterdir()
    whole = growing.stat().st_size
    with disk_of(whole + 10), pytest.raises(FormatError, match=CURE):
        output.write(tracked(2))
    assert growing.stat().st_size == whole
    output.close()
    (finished,) = tmp_path.iterdir()
    assert finished.name in ("video.txt", "video.json")


def test_a_video_that_lacks_frames_is_an_error(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 255, (30, 96, 160, 3), np.uint8)
    path = tmp_path / "street.mp4"
    path.write_bytes(b"of an earlier run")
    video = VideoFile(path)
    with disk_of(20_000):
        for picture in pictures:
            video.write(picture)
        with pytest.raises(FormatError, match=CURE):
            video.close()
    assert path.read_bytes() == b"of an earlier run"
    assert [entry.name for entry in tmp_path.iterdir()] == ["street.mp4"]


def test_a_crop_database_goes_on_when_there_is_space_again(tmp_path):
    (tmp_path / "training/image_02/0002").mkdir(parents=True)
    for name in FRAMES.file_names:
        Image.new("RGB", (8, 6)).save(tmp_path / name)
    write_coco_video(tmp_path / "a.json", from_mask_tracks([(FRAMES, MASKS)]))

    builder = CropDatabaseBuilder(read_coco_video(tmp_path / "a.json"), tmp_path, tmp_path / "crops")
    with disk_of(100), pytest.raises(FormatError, match=CURE):
        list(builder.build())
    assert [path.name for path in (tmp_path / "crops").iterdir()] == ["database.json"]
    list(builder.build())
    assert len(CropDatabase(tmp_path / "crops")) == 6
