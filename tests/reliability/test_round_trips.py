"""What is written is read back equal, whatever it is."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mots_plugin.formats import rle
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.cvat import read_cvat, write_cvat
from mots_plugin.formats.detections_txt import format_detections, read_detections_txt
from mots_plugin.formats.flow_files import (
    read_flo,
    read_kitti_flow,
    read_quantised_flow,
    write_flo,
    write_kitti_flow,
    write_quantised_flow,
)
from mots_plugin.formats.frame_list import read_frame_list, write_frame_list
from mots_plugin.formats.id_png import read_id_png_folder, write_id_png_folder
from mots_plugin.formats.kitti_box import read_kitti_box, write_kitti_box
from mots_plugin.formats.labelme import read_labelme_file, write_labelme_file
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mot_txt import read_mot_txt, write_mot_txt
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.seqmap import SequenceRange, read_seqmap, write_seqmap
from mots_plugin.formats.step_png import read_step_png, write_step_png

HEIGHT, WIDTH, LENGTH = 7, 9, 4
IMAGES = [f"0002/{frame:06d}.png" for frame in range(LENGTH)]
FRAMES = VideoFrames("0002", list(range(LENGTH)), IMAGES, HEIGHT, WIDTH, 10.0)


def painted(seed: int) -> MaskTracks:
    """Cars, people and an ignore region at random, in up to four frames; no two share a pixel, none is empty."""
    rng = np.random.default_rng(seed)
    ids = np.array([1000, 1001, 1002, 2000, 2001, 10000])
    rows = []
    for frame in np.flatnonzero(rng.random(LENGTH) < 0.8):
        labels = rng.choice(np.append(ids, [0, 0, 0]), (HEIGHT, WIDTH), p=rng.dirichlet(np.ones(9)))
        rows += [(frame, value, rle.encode(labels == value)) for value in np.unique(labels[labels > 0])]
    numbers = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
    return MaskTracks(numbers[:, 0], numbers[:, 1], numbers[:, 1] // 1000, [row[2] for row in rows], name="0002")


def rows_of(tracks: MaskTracks, with_ignored: bool = True) -> list[tuple]:
    columns = (tracks.frames.tolist(), tracks.track_ids.tolist(), tracks.class_ids.tolist(), tracks.masks)
    rows = sorted((*row[:3], tuple(row[3]["size"]), row[3]["counts"]) for row in zip(*columns, strict=True))
    return rows if with_ignored else [row for row in rows if row[2] != 10]


def masks_by_mots_txt(tracks: MaskTracks, folder: Path) -> MaskTracks:
    write_mots_txt(folder / "0002.txt", tracks)
    return read_mots_txt(folder / "0002.txt")


def masks_by_id_png(tracks: MaskTracks, folder: Path) -> MaskTracks:
    write_id_png_folder(folder / "0002", tracks, range(LENGTH), HEIGHT, WIDTH)
    return read_id_png_folder(folder / "0002")


def masks_by_coco_video(tracks: MaskTracks, folder: Path) -> MaskTracks:
    write_coco_video(folder / "a.json", from_mask_tracks([(FRAMES, tracks)]))
    return read_coco_video(folder / "a.json").mask_tracks("0002")


def masks_by_cvat(tracks: MaskTracks, folder: Path) -> MaskTracks:
    write_cvat(folder / "a.xml", FRAMES, tracks)
    return read_cvat(folder / "a.xml")["0002"]


@pytest.mark.parametrize("way", [masks_by_mots_txt, masks_by_id_png, masks_by_coco_video, masks_by_cvat])
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_masks(way, seed):
    tracks = painted(seed)
    with TemporaryDirectory() as folder:
        assert rows_of(way(tracks, Path(folder))) == rows_of(tracks)


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_masks_without_holes_by_labelme(seed):
    rng = np.random.default_rng(seed)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    for row in range(1, 6):  # each row a run that meets the one above: no hole, one piece
        mask[row, rng.integers(0, 3) : rng.integers(5, WIDTH + 1)] = True
    with TemporaryDirectory() as folder:
        path = Path(folder) / "000001.json"
        write_labelme_file(path, "000001.png", [(4, 1, rle.encode(mask))], HEIGHT, WIDTH)
        assert read_labelme_file(path) == [(4, 1, rle.encode(mask))]


@pytest.mark.parametrize(
    ("write", "read", "first"), [(write_mot_txt, read_mot_txt, 1), (write_kitti_box, read_kitti_box, 0)]
)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_boxes(write, read, first, seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 8))
    corners = rng.integers(0, 4000, (count, 2)) / 4  # binary fractions, which any number of digits keeps
    boxes = np.hstack([corners, corners + rng.integers(0, 400, (count, 2)) / 4])
    frames = np.sort(rng.integers(first, 5, count))
    tracks = BoxTracks(frames, np.arange(count), boxes, rng.integers(0, 5, count) / 4, rng.choice([1, 3], count))
    with TemporaryDirectory() as folder:
        write(Path(folder) / "a.txt", tracks)
        found = read(Path(folder) / "a.txt")
    for column in ("frames", "track_ids", "boxes", "scores", "class_ids"):
        np.testing.assert_array_equal(getattr(found, column), getattr(tracks, column), err_msg=column)


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1), with_masks=st.booleans(), dimensions=st.sampled_from([0, 1, 5]))
def test_detections(seed, with_masks, dimensions):
    rng, tracks = np.random.default_rng(seed), painted(seed)
    tracks = tracks.select(tracks.class_ids != 10)
    boxes = rng.normal(0, 100, (len(tracks), 4)).astype(np.float32)
    scores = rng.random(len(tracks), np.float32)
    embeddings = rng.normal(0, 1, (len(tracks), dimensions)).astype(np.float32) if dimensions else None
    lines = []
    for frame in range(LENGTH):
        rows = np.flatnonzero(tracks.frames == frame)
        masks = [tracks.masks[row] for row in rows] if with_masks else None
        found = None if embeddings is None else embeddings[rows]
        lines += format_detections(frame, boxes[rows], scores[rows], tracks.class_ids[rows], masks, found)
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.txt").write_text("".join(line + "\n" for line in lines))
        detections = read_detections_txt(Path(folder) / "a.txt")
    np.testing.assert_array_equal(detections.boxes, boxes)
    np.testing.assert_array_equal(detections.scores, scores)
    if len(tracks):
        assert [*(detections.masks or [])] == ([*tracks.masks] if with_masks else [])
        np.testing.assert_array_equal(detections.embeddings, embeddings)


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_flow(seed):
    rng = np.random.default_rng(seed)
    flow = rng.normal(0, 50, (HEIGHT, WIDTH, 2)).astype(np.float32)
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_flo(folder / "a.flo", flow)
        np.testing.assert_array_equal(read_flo(folder / "a.flo"), flow)
        steps = np.rint(flow * 64) / 64
        valid = rng.random((HEIGHT, WIDTH)) < 0.7
        write_kitti_flow(folder / "a.png", steps, valid)
        stored, stored_valid = read_kitti_flow(folder / "a.png")
        np.testing.assert_array_equal(stored, steps * valid[..., None])
        np.testing.assert_array_equal(stored_valid, valid)
        np.testing.assert_array_equal(read_quantised_flow(*write_quantised_flow(folder / "a", flow)), np.rint(flow))


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_panoptic_maps(seed):
    ids = np.random.default_rng(seed).integers(0, 2**24, (HEIGHT, WIDTH), np.uint32)
    with TemporaryDirectory() as folder:
        write_step_png(Path(folder) / "a.png", ids)
        np.testing.assert_array_equal(read_step_png(Path(folder) / "a.png"), ids)


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(numbers=st.sets(st.integers(0, 10**6), min_size=1, max_size=9), rate=st.none() | st.floats(0.5, 240))
def test_lists_of_frames_and_sequences(numbers, rate):
    frames = VideoFrames("a", sorted(numbers), [f"ü {number}.png" for number in sorted(numbers)], 4, 5, rate)
    ranges = [SequenceRange(f"{number:04d}", number, number + 1) for number in numbers]
    with TemporaryDirectory() as folder:
        write_frame_list(Path(folder) / "a.json", frames)
        assert read_frame_list(Path(folder) / "a.json") == frames
        write_seqmap(Path(folder) / "a.seqmap", ranges)
        found = read_seqmap(Path(folder) / "a.seqmap")
    assert [(entry.name, entry.first_frame, entry.last_frame) for entry in found] == [
        (entry.name, entry.first_frame, entry.last_frame) for entry in ranges
    ]
