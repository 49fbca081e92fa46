"""Crops of tracks: which are drawn, and what a batch holds, on the hand-drawn street."""

import pickle
import random

import numpy as np
import pytest
import torch

from mots_plugin.datasets.track_crops import DistinctTrackSampler, TrackCropDataset, join_crops
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.crop_building import CropDatabaseBuilder
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode


@pytest.fixture
def database(street):
    """The car of video ``long`` on frames 0..5, its pedestrian on 2..5, and the car of ``short`` on frame 2."""
    folder = street / "database"
    list(CropDatabaseBuilder(read_coco_video(street / "train.json"), street, folder, margin=0.5).build())
    return str(folder)


def frames_drawn(dataset, track, draws=300):
    """All distinct triples of frames that come out for a track."""
    random.seed(0)
    crops = dataset.database.crops["frame"][dataset.tracks[track]]
    return {tuple(crops[dataset._draw(crops)].tolist()) for _ in range(draws)}


def test_three_crops_equally_spaced_and_clamped_at_the_ends(database):
    dataset = TrackCropDataset(database, max_spacing=2)
    assert frames_drawn(dataset, 0) == {
        (0, 1, 2),
        (1, 2, 3),
        (2, 3, 4),
        (3, 4, 5),
        (0, 1, 3),  # two before frame 1 lies beyond the beginning
        (0, 2, 4),
        (1, 3, 5),
        (2, 4, 5),
    }


def test_a_track_seen_once_or_twice_gives_what_it_has(database):
    dataset = TrackCropDataset(database, max_spacing=2)
    assert [len(dataset[track]["sizes"]) for track in range(3)] == [3, 3, 1]


def test_spacing_may_count_frames(tmp_path):
    """A car seen in frames 0, 1, 2, 10, 11: the neighbour of frame 2 is frame 10 by occurrence, itself by frame."""
    mask = np.zeros((8, 16), bool)
    mask[2:5, 4:8] = True
    seen = [0, 1, 2, 10, 11]
    tracks = MaskTracks(seen, [1001] * 5, [1] * 5, [encode(mask)] * 5, name="a")
    frames = VideoFrames("a", range(12), [f"{frame}.png" for frame in range(12)], 8, 16)
    write_coco_video(tmp_path / "train.json", from_mask_tracks([(frames, tracks)]))
    import cv2

    for frame in range(12):
        cv2.imwrite(str(tmp_path / f"{frame}.png"), np.zeros((8, 16, 3), np.uint8))
    coco = read_coco_video(tmp_path / "train.json")
    list(CropDatabaseBuilder(coco, tmp_path, tmp_path / "database", margin=0.5).build())
    by_occurrence = TrackCropDataset(str(tmp_path / "database"), max_spacing=1)
    by_frame = TrackCropDataset(str(tmp_path / "database"), max_spacing=1, spacing="frame")
    assert frames_drawn(by_occurrence, 0) == {(0, 1, 2), (1, 2, 10), (2, 10, 11)}
    assert frames_drawn(by_frame, 0) == {(0, 1, 2), (1, 2, 2), (10, 10, 11)}


def test_an_item_holds_the_pixels_of_its_crops(database, street):
    """Pixels of the street are ``frame * 10 + x`` in all channels."""
    dataset = TrackCropDataset(database, max_spacing=1)
    item = dataset[0]
    (height, width), (top, left) = item["sizes"][0].tolist(), item["corners"][0].tolist()
    crop = item["pixels"][: height * width].reshape(height, width, 4)
    frame = (int(crop[0, 0, 0]) - left) // 10
    assert frame in range(6)
    assert (top, left) == (1, max(0, frame - 1))  # one pixel around the L at (frame, 2), 4 x 3
    assert torch.equal(crop[0, :, 1], torch.arange(left, left + width) + 10 * frame)
    own = torch.tensor([[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0]])
    assert torch.equal(crop[:, frame - left : frame - left + 4, 3].long(), own)
    assert item["identities"].tolist() == [0, 0, 0]
    assert item["labels"].tolist() == [0, 0, 0]


def test_classes_may_be_chosen(database):
    dataset = TrackCropDataset(database, classes=["pedestrian"])
    assert len(dataset) == 1
    assert set(dataset[0]["labels"].tolist()) == {0}
    with pytest.raises(FormatError, match=r"no class tram; it has car, pedestrian"):
        TrackCropDataset(database, classes=["tram"])


def test_crops_without_surroundings_are_left_out(street):
    """Without a margin the pedestrian, a bar, fills its box."""
    list(CropDatabaseBuilder(read_coco_video(street / "train.json"), street, street / "tight", margin=0).build())
    dataset = TrackCropDataset(str(street / "tight"))
    assert [dataset[track]["labels"].tolist() for track in range(2)] == [[0, 0, 0], [0]]
    assert len(dataset) == 2


def test_workers_map_the_files_anew(database):
    dataset = TrackCropDataset(database, max_spacing=1)
    dataset[0]
    sent = pickle.dumps(dataset.database)
    assert b"_pixels" not in sent
    assert np.array_equal(pickle.loads(sent).pixels(3), dataset.database.pixels(3))


def test_batches_hold_distinct_tracks_and_differ_by_epoch(database):
    dataset = TrackCropDataset(database)
    sampler = DistinctTrackSampler(dataset, batch_size=2, batches=20, seed=0)
    first = list(sampler)
    assert len(first) == len(sampler) == 40
    assert all(first[i] != first[i + 1] for i in range(0, 40, 2))
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first
    with pytest.raises(FormatError, match="has 3 tracks, a batch takes 24; lower batch_size"):
        DistinctTrackSampler(dataset, batch_size=24)


def test_a_batch_is_one_buffer(database):
    dataset = TrackCropDataset(database, max_spacing=1)
    batch = join_crops([dataset[1], dataset[2]])
    assert batch["identities"].tolist() == [1, 1, 1, 2]
    assert batch["labels"].tolist() == [1, 1, 1, 0]
    assert batch["pixels"].shape == (int(batch["sizes"].prod(1).sum()), 4)
