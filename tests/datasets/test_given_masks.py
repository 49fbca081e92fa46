"""Masks of other methods beside the frames, from each form that they come in, on the hand-drawn street."""

import numpy as np
import pytest
from drawn_street import car, pedestrian
from mmdet.utils import register_all_modules

from mots_plugin.datasets import MOTSVideoDataset
from mots_plugin.datasets.transforms.given_masks import LoadGivenMasks
from mots_plugin.formats.detections_txt import format_detections
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import write_id_png_folder
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import boxes, decode, encode

register_all_modules()
CAR, PEDESTRIAN, IGNORE = 1, 2, 10


def frame(number, **more):
    """Frame ``number`` of video ``long``, whose source counts from 1."""
    return {"video_name": "long", "frame_id": number, "frame_number": number + 1, "height": 8, "width": 16, **more}


def results(folder):
    """A car on frames 1 and 2, a pedestrian and an ignore region on frame 2, as the source counts."""
    masks = [encode(car(0)), encode(car(1)), encode(pedestrian(1)), encode(car(8))]
    tracks = MaskTracks([1, 2, 2, 2], [1, 1, 2, 10000], [CAR, CAR, PEDESTRIAN, IGNORE], masks, name="long")
    write_mots_txt(folder / "long.txt", tracks)
    return tracks


def test_annotations_of_the_data_set_are_the_default(street):
    """Video ``long`` has a car throughout, a pedestrian from frame 2 on, and an ignore region on frame 5."""
    dataset = MOTSVideoDataset(ann_file="train.json", data_root=str(street), data_prefix={"img_path": ""}, pipeline=[])
    images = dataset.get_data_info(0)["images"]
    given = LoadGivenMasks()(images[5])["given_masks"]
    assert given["labels"].tolist() == [0, 1]
    assert given["scores"].tolist() == [1.0, 1.0]
    assert np.array_equal(decode(given["masks"][0]), car(5))
    assert LoadGivenMasks()(images[0])["given_masks"]["labels"].tolist() == [0]


def test_frames_without_images_are_black(street):
    """The dataset's masks are loaded beside a frame whose file need not exist."""
    broadcast = {
        "type": "TransformBroadcaster",
        "transforms": [{"type": "LoadGivenMasks"}, {"type": "BlankFrameImage"}],
    }
    dataset = MOTSVideoDataset(
        ann_file="train.json",
        data_root=str(street),
        data_prefix={"img_path": "no/such/folder"},
        test_mode=True,
        pipeline=[broadcast, {"type": "PackMOTSInputs", "meta_keys": ("given_masks",)}],
    )
    clip = dataset[(0, 5)]
    assert clip["inputs"].shape == (1, 3, 8, 16)
    assert not clip["inputs"].any()
    (sample,) = clip["data_samples"]
    assert sample.img_shape == sample.ori_shape == (8, 16)
    assert sample.given_masks["labels"].tolist() == [0, 1]


def test_text_files_count_frames_as_the_source_does(tmp_path):
    results(tmp_path)
    load = LoadGivenMasks(str(tmp_path))
    first, second, third = (load(frame(number))["given_masks"] for number in range(3))
    assert np.array_equal(decode(first["masks"][0]), car(0))
    assert second["labels"].tolist() == [0, 1]
    assert np.array_equal(decode(second["masks"][1]), pedestrian(1))
    assert third["masks"] == []
    assert third["labels"].dtype == np.int64
    assert third["scores"].shape == (0,)


def test_pngs_hold_the_same(tmp_path):
    tracks = results(tmp_path)
    ids = MaskTracks(tracks.frames[:3], [1001, 1001, 2002], tracks.class_ids[:3], tracks.masks[:3], name="long")
    write_id_png_folder(tmp_path / "long", ids, frame_numbers=[1, 2], height=8, width=16)
    from_png = LoadGivenMasks(str(tmp_path), form="id_png")(frame(1))["given_masks"]
    from_text = LoadGivenMasks(str(tmp_path))(frame(1))["given_masks"]
    assert from_png["labels"].tolist() == from_text["labels"].tolist()
    assert all(np.array_equal(decode(a), decode(b)) for a, b in zip(from_png["masks"], from_text["masks"], strict=True))


def test_detections_have_scores_and_count_frames_from_zero(tmp_path):
    masks = [encode(car(1)), encode(pedestrian(1))]
    lines = format_detections(1, boxes(masks), np.array([0.9, 0.4], np.float32), np.array([1, 2]), masks, None)
    (tmp_path / "long.txt").write_text("".join(line + "\n" for line in lines))
    given = LoadGivenMasks(str(tmp_path), form="detections_txt")(frame(1))["given_masks"]
    assert given["scores"].tolist() == pytest.approx([0.9, 0.4])
    assert given["labels"].tolist() == [0, 1]


def test_classes_may_be_chosen(tmp_path):
    results(tmp_path)
    given = LoadGivenMasks(str(tmp_path), classes=["pedestrian"])(frame(1))["given_masks"]
    assert given["labels"].tolist() == [0]
    assert np.array_equal(decode(given["masks"][0]), pedestrian(1))


def test_bad_input_is_named(tmp_path):
    load = LoadGivenMasks(str(tmp_path))
    with pytest.raises(FormatError, match="long.txt: masks not found; put one file or folder a video there"):
        load(frame(0))
    results(tmp_path)
    with pytest.raises(FormatError, match=r"video long, frame 1: masks are of \[8, 16\] .* the image is of \[9, 16\]"):
        load({**frame(0), "height": 9})
    with pytest.raises(ValueError, match="form 'xml' is none of mots_txt, id_png, detections_txt"):
        LoadGivenMasks(form="xml")
