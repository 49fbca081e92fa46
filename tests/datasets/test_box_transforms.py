"""Transforms of images with boxes; numbers that no hand can check are those of the official implementation of JDE."""

import random

import cv2
import numpy as np
import pytest
from mmdet.structures.bbox import HorizontalBoxes

from mots_plugin.datasets import (
    IdentifiedBoxDataset,
    Letterbox,
    RandomBoxAffine,
    RandomSaturationValue,
)
from mots_plugin.datasets.transforms.box_affine import is_worth_keeping, warp_boxes
from mots_plugin.formats.errors import FormatError


def image_with(boxes, height=4, width=8, value=10) -> dict:
    count = len(boxes)
    return {
        "img": np.full((height, width, 3), value, np.uint8),
        "gt_bboxes": HorizontalBoxes(np.array(boxes, np.float32).reshape(-1, 4)),
        "gt_bboxes_labels": np.arange(count),
        "gt_identities": np.arange(count) + 100,
        "gt_ignore_flags": np.zeros(count, bool),
    }


def rows(results) -> list[list[float]]:
    return results["gt_bboxes"].tensor.tolist()


def test_letterbox_scales_and_centres():
    """A strip of 8x4 fills a canvas of 16x16 in width; 4 rows are free above and below."""
    results = Letterbox((16, 16)).transform(image_with([[1, 0, 3, 4]]))
    assert results["img"].shape == (16, 16, 3)
    assert results["img"][:, 0, 0].tolist() == [128] * 4 + [10] * 8 + [128] * 4
    assert rows(results) == [[2, 4, 6, 12]]
    assert (results["scale_factor"], results["pad_param"]) == ((2, 2), (4, 4, 0, 0))
    assert results["img_shape"] == (16, 16)


def test_letterbox_puts_an_odd_row_below_and_moves_boxes_by_the_exact_half():
    results = Letterbox((8, 7)).transform(image_with([[1, 0, 3, 4]]))
    assert results["img"][:, 0, 0].tolist() == [128] + [10] * 4 + [128] * 2
    assert rows(results) == [[1, 1.5, 3, 5.5]]


@pytest.mark.parametrize(
    ("size", "ratio", "pad"),
    [((480, 640), 608 / 480, (0, 0, 138.5, 138.5)), ((1080, 1920), 608 / 1080, (0, 0, 3.5, 3.5))],
)
def test_letterbox_of_common_videos_on_the_published_canvas(size, ratio, pad):
    image = {"img": np.zeros((*size, 3), np.uint8)}
    results = Letterbox((1088, 608)).transform(image)
    assert results["scale_factor"] == (ratio, ratio)
    assert results["pad_param"] == pad


def draw(factors, image):
    transform = RandomSaturationValue()
    transform._draw_factors = lambda: factors
    return transform.transform({"img": image})["img"]


def test_saturation_and_value_change_and_the_hue_stays():
    image = cv2.cvtColor(np.array([[[30, 100, 60], [30, 200, 201]]], np.uint8), cv2.COLOR_HSV2BGR)
    hsv = cv2.cvtColor(draw((0.5, 1.5), image), cv2.COLOR_BGR2HSV)
    assert np.abs(hsv.astype(int) - [[[30, 50, 90], [30, 100, 255]]]).max() <= 1


def test_saturation_and_value_are_cut_off_and_never_wrap_around():
    white = np.full((1, 1, 3), 255, np.uint8)
    assert draw((1.5, 1.5), white).tolist() == [[[255, 255, 255]]]
    assert draw((1.0, 0.5), white).tolist() == [[[127, 127, 127]]]


def test_factors_are_drawn_around_one():
    random.seed(0)
    transform = RandomSaturationValue(0.5)
    factors = np.array([transform._draw_factors() for _ in range(1000)])
    assert (factors.min(), factors.max()) == pytest.approx((0.5, 1.5), abs=0.01)
    with pytest.raises(ValueError, match="strength 1.5 is outside"):
        RandomSaturationValue(1.5)


def test_warped_boxes_enclose_their_corners_and_are_clipped():
    shift = np.array([[1, 0, 5], [0, 1, -5], [0, 0, 1]], float)
    assert warp_boxes(np.array([[0, 0, 10, 20]]), shift, 0, 100, 12).tolist() == [[5, 0, 12, 15]]
    quarter_turn = np.array([[0, -1, 20], [1, 0, 0], [0, 0, 1]], float)
    assert warp_boxes(np.array([[0, 0, 10, 20]]), quarter_turn, 90, 100, 100).tolist() == [[0, 0, 20, 10]]


def test_the_boxes_of_turned_objects_are_shortened():
    """At 45 degrees a square of side 10 fills one of 14.14, which is shortened by the fourth root of a half."""
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((50, 50), 45, 1)
    (box,) = warp_boxes(np.array([[45, 45, 55, 55]]), turn, 45, 100, 100)
    half = 5 * 2**0.5 * 0.5**0.25
    assert box.tolist() == pytest.approx([50 - half, 50 - half, 50 + half, 50 + half])


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        ([0, 0, 5, 5], True),
        ([0, 0, 4, 50], False),  # not wider than 4
        ([0, 0, 50, 4], False),
        ([0, 0, 5, 49], True),
        ([0, 0, 5, 50], False),  # ten times as long as wide
        ([0, 0, 4.5, 4.4], False),  # a tenth of 200 is 20
    ],
)
def test_too_little_of_an_object_is_not_worth_keeping(after, kept):
    before = [0, 0, 10, 20]
    assert is_worth_keeping(np.array([before], float), np.array([after], float)).tolist() == [kept]


def test_dropped_objects_take_their_whole_row_along_and_ignore_regions_stay():
    affine = RandomBoxAffine(degrees=0, translate=0, scale=(0.5, 0.5), shear=0)
    image = image_with([[0, 0, 40, 40], [40, 40, 46, 80], [0, 92, 100, 98]], 100, 100)
    image["gt_ignore_flags"][2] = True
    results = affine.transform(image)
    assert rows(results) == [[25, 25, 45, 45], [25, 71, 75, 74]]
    assert results["gt_bboxes_labels"].tolist() == [0, 2]
    assert results["gt_identities"].tolist() == [100, 102]
    assert results["gt_ignore_flags"].tolist() == [False, True]
    assert results["img"][50, :, 0].tolist() == [128] * 25 + [10] * 50 + [128] * 25


def test_affine_warps_as_the_official_implementation_does():
    """``random_affine`` of Towards-Realtime-MOT/utils/datasets.py after ``random.seed(3)``, canvas 576x320."""
    random.seed(3)
    image = image_with([[100, 100, 140, 220], [300, 50, 330, 140], [560, 300, 576, 320]], 320, 576)
    results = RandomBoxAffine().transform(image)
    official = [
        [113.7298, 108.0860, 152.8313, 214.3248],
        [292.4100, 66.7309, 321.7360, 146.4099],
        [515.4490, 290.5593, 530.1786, 308.3924],
    ]
    np.testing.assert_allclose(rows(results), official, atol=1e-3)


PIPELINE = [{"type": "LoadFrameImage"}, {"type": "LoadIdentifiedBoxes"}, {"type": "RandomFlip", "prob": 1.0}]


def sample_of(street, *transforms):
    dataset = IdentifiedBoxDataset(
        ann_file="train.json",
        data_root=str(street),
        data_prefix={"img_path": ""},
        pipeline=[*PIPELINE, *transforms, {"type": "PackIdentifiedBoxes"}],
    )
    return dataset[5]


def test_packed_images_keep_boxes_labels_and_identities_together(street):
    packed = sample_of(street, {"type": "Letterbox", "size": (32, 32)})
    sample = packed["data_samples"]
    assert packed["inputs"].shape == (3, 32, 32)
    assert sample.gt_instances.bboxes.tensor.tolist() == [[14, 12, 22, 18], [12, 14, 14, 22]]
    assert sample.gt_instances.labels.tolist() == [0, 1]
    assert sample.gt_instances.identities.tolist() == [0, 0]
    assert sample.ignored_instances.identities.tolist() == [-1]
    assert (sample.video_name, sample.ori_shape, sample.pad_param) == ("long", (8, 16), (8, 8, 0, 0))


def test_an_image_of_another_size_than_annotated_is_refused(street):
    cv2.imwrite(str(street / "long" / "000005.png"), np.zeros((8, 15, 3), np.uint8))
    with pytest.raises(FormatError, match=r"000005\.png: image has height and width \(8, 15\)"):
        sample_of(street)
