import math
import random

import numpy as np
import pytest
from drawn_street import HEIGHT, IGNORED, WIDTH, car, pedestrian
from mmdet.registry import TRANSFORMS
from mmdet.utils import register_all_modules
from mmengine.dataset import Compose

from mots_plugin.datasets import (
    ClipFrameSample,
    FitBoxesToMasks,
    LoadFlow,
    LoadMOTSAnnotations,
    MOTSVideoDataset,
    PackMOTSInputs,
    RandomGamma,
)
from mots_plugin.flow import ZeroFlow
from mots_plugin.formats.errors import FormatError

register_all_modules()
LOAD = [{"type": "LoadImageFromFile"}, {"type": "LoadMOTSAnnotations"}]


def clip(street, *transforms, start=0, length=3, test_mode=False):
    """Run frame transforms over the clip of the long video that starts at ``start``."""
    broadcast = {
        "type": "TransformBroadcaster",
        "share_random_params": True,
        "transforms": [*LOAD, *transforms],
    }
    pipeline = [*([] if test_mode else [{"type": "ClipFrameSample", "clip_length": length}]), broadcast]
    dataset = MOTSVideoDataset(
        ann_file="train.json",
        data_root=str(street),
        data_prefix={"img_path": ""},
        pipeline=pipeline,
        test_mode=test_mode,
    )
    return dataset[(0, start)]


@pytest.fixture(autouse=True)
def _seed():
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  (mmcv draws from the legacy generator)


def frames_of(video_length: int, clip_length: int, start: int) -> list[int]:
    images = [{"frame_id": frame} for frame in range(video_length)]
    video = {"video_id": 1, "video_length": video_length, "images": images, "key_frame_id": start}
    return ClipFrameSample(clip_length).transform(video)["frame_id"]


def test_clip_holds_adjacent_frames():
    assert frames_of(video_length=10, clip_length=4, start=3) == [3, 4, 5, 6]


def test_clip_at_the_end_starts_earlier():
    assert frames_of(video_length=10, clip_length=4, start=9) == [6, 7, 8, 9]


def test_short_video_repeats_its_last_frame():
    assert frames_of(video_length=2, clip_length=4, start=1) == [0, 1, 1, 1]


def test_clip_without_a_start_is_drawn_at_random_from_all_starts():
    images = [{"frame_id": frame} for frame in range(5)]
    sample = ClipFrameSample(3)
    starts = {sample.transform({"video_id": 1, "video_length": 5, "images": images})["frame_id"][0] for _ in range(100)}
    assert starts == {0, 1, 2}


def test_annotations_of_a_frame_belong_together(street):
    results = clip(street, start=5, length=1)
    car_mask, pedestrian_mask, ignored_mask = results["gt_masks"][0].masks
    np.testing.assert_array_equal(car_mask, car(5))
    np.testing.assert_array_equal(pedestrian_mask, pedestrian(5))
    np.testing.assert_array_equal(ignored_mask, IGNORED)
    assert results["gt_bboxes"][0].tolist() == [[5, 2, 9, 5], [9, 3, 10, 7], [0, 0, 5, 2]]
    assert results["gt_bboxes_labels"][0].tolist() == [0, 1, 0]
    assert results["gt_instances_ids"][0].tolist() == [1, 2, 3]
    assert results["gt_ignore_flags"][0].tolist() == [False, False, True]


def test_frame_without_objects_loads_empty(street):
    dataset = MOTSVideoDataset(
        ann_file="train.json",
        data_root=str(street),
        data_prefix={"img_path": ""},
        pipeline=[
            {"type": "ClipFrameSample", "clip_length": 2},
            {"type": "TransformBroadcaster", "transforms": [*LOAD, {"type": "FitBoxesToMasks"}]},
        ],
    )
    results = dataset[(1, 0)]
    assert results["gt_bboxes"][0].shape == (0, 4)
    assert results["gt_masks"][0].masks.shape == (0, HEIGHT, WIDTH)


def test_image_of_another_size_than_annotated_is_named(street):
    import cv2

    cv2.imwrite(str(street / "long" / "000001.png"), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(FormatError, match=r"long/000001\.png: image has height and width \(4, 4\), .* have \(8, 16\)"):
        clip(street)


@pytest.mark.parametrize("start", [0, 3])
def test_flip_turns_images_masks_and_boxes_of_the_whole_clip(street, start):
    results = clip(street, {"type": "RandomFlip", "prob": 1.0}, start=start)
    plain = clip(street, start=start)
    for frame in range(3):
        np.testing.assert_array_equal(results["img"][frame], plain["img"][frame][:, ::-1])
        np.testing.assert_array_equal(results["gt_masks"][frame].masks, plain["gt_masks"][frame].masks[:, :, ::-1])
    number = start + 2
    assert results["gt_bboxes"][2][0].tolist() == [WIDTH - number - 4, 2, WIDTH - number, 5]


def test_flips_are_drawn_once_a_clip_and_anew_for_each_clip(street):
    flips = {tuple(clip(street, {"type": "RandomFlip", "prob": 0.5})["flip"]) for _ in range(20)}
    assert flips == {(True, True, True), (False, False, False)}


def test_random_scale_is_drawn_once_a_clip_and_anew_for_each_clip(street):
    resize = {"type": "RandomResize", "scale": (64, 32), "ratio_range": (0.25, 1.0), "keep_ratio": True}
    shapes = [clip(street, resize)["img_shape"] for _ in range(8)]
    assert all(len(set(clip_shapes)) == 1 for clip_shapes in shapes)
    assert len({clip_shapes[0] for clip_shapes in shapes}) > 1


def test_gamma_is_drawn_once_a_clip_and_anew_for_each_clip(street):
    gammas = [clip(street, {"type": "RandomGamma", "strength": 0.05})["gamma"] for _ in range(8)]
    assert all(len(set(clip_gammas)) == 1 for clip_gammas in gammas)
    assert len({clip_gammas[0] for clip_gammas in gammas}) == 8


def test_gamma_follows_the_formula():
    transform = RandomGamma(strength=0.05)
    image = np.array([[[0, 100, 255]]], np.uint8)
    results = transform({"img": image.copy()})
    gamma = results["gamma"]
    assert results["img"].ravel().tolist() == [0, round(255 * (100 / 255) ** gamma), 255]
    lowest = math.log(0.5 + 0.05 / 2**0.5) / math.log(0.5 - 0.05 / 2**0.5)
    assert (round(lowest, 4), round(1 / lowest, 4)) == (0.8152, 1.2267)
    drawn = [transform({"img": image})["gamma"] for _ in range(500)]
    assert lowest <= min(drawn) < 0.825
    assert 1.215 < max(drawn) <= 1 / lowest


def test_gamma_strength_without_a_logarithm_is_refused():
    with pytest.raises(ValueError, match="strength 0.8"):
        RandomGamma(strength=0.8)


def test_boxes_fit_the_resized_masks(street):
    results = clip(
        street, {"type": "Resize", "scale": (24, 8), "keep_ratio": False}, {"type": "FitBoxesToMasks"}, length=6
    )
    for masks, boxes in zip(results["gt_masks"], results["gt_bboxes"], strict=True):
        for mask, (x1, y1, x2, y2) in zip(masks, boxes.astype(int).tolist(), strict=True):
            rows, columns = np.nonzero(mask)
            assert [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] == [x1, y1, x2, y2]
    # Columns 1..4 of 16 become 1.5..7.5 of 24; the resized mask covers columns 2..7.
    assert results["gt_bboxes"][1][0].tolist() == [2, 2, 8, 5]


def test_instances_that_vanish_are_dropped_and_the_others_keep_their_identities(street):
    # At a quarter of the width only columns 0, 4, 8 and 12 survive: the 1 pixel wide pedestrian needs one of them.
    transforms = {"type": "Resize", "scale": (4, 8), "keep_ratio": False}, {"type": "FitBoxesToMasks"}
    results = clip(street, *transforms, start=2, length=2)
    assert [14 - 2, 14 - 3] == [12, 11]  # its column on frames 2 and 3
    assert [ids.tolist() for ids in results["gt_instances_ids"]] == [[1, 2], [1]]
    assert [labels.tolist() for labels in results["gt_bboxes_labels"]] == [[0, 1], [0]]
    assert [len(masks) for masks in results["gt_masks"]] == [2, 1]
    assert [len(flags) for flags in results["gt_ignore_flags"]] == [2, 1]


def test_packing_separates_ignored_instances_with_their_masks(street):
    packed = PackMOTSInputs().transform(clip(street, start=3))
    assert packed["inputs"].shape == (3, 3, HEIGHT, WIDTH)
    assert packed["inputs"][2, 0, 0].tolist() == [50 + x for x in range(WIDTH)]
    frame = packed["data_samples"][2]
    assert frame.gt_instances.instances_ids.tolist() == [1, 2]
    assert frame.gt_instances.labels.tolist() == [0, 1]
    assert frame.gt_instances.bboxes.tolist() == [[5, 2, 9, 5], [9, 3, 10, 7]]
    assert frame.ignored_instances.bboxes.tolist() == [[0, 0, 5, 2]]
    np.testing.assert_array_equal(frame.ignored_instances.masks.masks[0], IGNORED)


def test_packed_frames_name_their_video(street):
    packed = PackMOTSInputs(meta_keys=("gamma",)).transform(
        clip(street, {"type": "Resize", "scale_factor": 2.0}, {"type": "RandomGamma"}, start=3)
    )
    frame = packed["data_samples"][1]
    assert (frame.video_name, frame.frame_id, frame.frame_number, frame.video_id, frame.img_id) == ("long", 4, 4, 1, 5)
    assert (frame.video_length, frame.ori_video_length) == (3, 6)
    assert (frame.ori_shape, frame.img_shape, frame.scale_factor) == ((8, 16), (16, 32), (2.0, 2.0))
    assert "gamma" in frame.metainfo
    assert "instances" not in frame.metainfo
    assert frame.get("flow") is None


def test_flow_reaches_the_model_from_the_second_frame_on(street):
    pipeline = [
        {"type": "TransformBroadcaster", "transforms": [LoadFlow(ZeroFlow()), *LOAD]},
        {"type": "PackMOTSInputs"},
    ]
    dataset = MOTSVideoDataset(
        ann_file="train.json", data_root=str(street), data_prefix={"img_path": ""}, pipeline=pipeline, test_mode=True
    )
    assert dataset[(0, 0)]["data_samples"][0].get("flow") is None
    np.testing.assert_array_equal(dataset[(0, 1)]["data_samples"][0].flow, np.zeros((1, 1, 2)))


def test_flow_is_asked_for_by_the_paths_of_both_frames(street):
    class Recorder:
        def flow(self, query):
            self.query = query

    recorder = Recorder()
    clip(street, LoadFlow(recorder), start=2, length=1)
    assert recorder.query.previous_image_path == street / "long" / "000001.png"
    assert recorder.query.image_path == street / "long" / "000002.png"
    assert (recorder.query.video_name, recorder.query.frame_id, recorder.query.frame_number) == ("long", 2, 2)


def test_key_frame_with_a_reference_uses_mmdets_sampler(street):
    dataset = MOTSVideoDataset(
        ann_file="train.json",
        data_root=str(street),
        data_prefix={"img_path": ""},
        pipeline=[
            {"type": "UniformRefFrameSample", "num_ref_imgs": 1, "frame_range": 1},
            {"type": "TransformBroadcaster", "transforms": LOAD},
            {"type": "PackMOTSInputs"},
        ],
    )
    sample = dataset[(0, 0)]["data_samples"]
    assert [frame.frame_id for frame in sample] == [0, 1]
    assert (sample.key_frames_inds, sample.ref_frames_inds) == ([0], [1])


def test_transforms_describe_themselves():
    pipeline = Compose([ClipFrameSample(4), RandomGamma(0.1), LoadMOTSAnnotations(), FitBoxesToMasks()])
    assert "ClipFrameSample(clip_length=4)" in repr(pipeline)
    assert "RandomGamma(strength=0.1)" in repr(pipeline)
    assert TRANSFORMS.get("PackMOTSInputs") is PackMOTSInputs
