"""Pasting masks as run lengths, and coverage of boxes by a region."""

import numpy as np
import pytest
import torch
from mmdet.models.roi_heads.mask_heads.fcn_mask_head import _do_paste_mask
from pycocotools import mask as coco_mask

from mots_plugin.ops import paste_masks, region_coverage


def test_a_full_mask_fills_its_box():
    (code,) = paste_masks(np.ones((1, 4, 4), np.float32), np.array([[2, 1, 6, 3]], np.float32), (8, 8))
    expected = np.zeros((8, 8), np.uint8)
    expected[1:3, 2:6] = 1
    np.testing.assert_array_equal(coco_mask.decode(code), expected)


def test_half_a_mask_fills_half_the_box():
    left_half = np.array([[[1, 1, 0, 0]] * 4], np.float32)
    (code,) = paste_masks(left_half, np.array([[0, 0, 8, 8]], np.float32), (8, 8))
    expected = np.zeros((8, 8), np.uint8)
    expected[:, :4] = 1  # spans whole columns, so four runs join into one
    np.testing.assert_array_equal(coco_mask.decode(code), expected)
    assert code == coco_mask.encode(np.asfortranarray(expected))


@pytest.mark.parametrize("box", [[-3, -3, 0, 0], [9, 9, 12, 12], [3, 3, 3, 3]])
def test_a_box_without_a_pixel_gives_an_empty_mask(box):
    (code,) = paste_masks(np.ones((1, 4, 4), np.float32), np.array([box], np.float32), (8, 8))
    assert coco_mask.area(code) == 0


def test_equals_pasting_into_full_images():
    rng = np.random.default_rng(0)
    probabilities = rng.random((60, 14, 14), dtype=np.float32)
    corners = rng.uniform(-10, 60, (60, 2, 2)).astype(np.float32)
    boxes = np.concatenate([corners.min(1), corners.max(1) + 1], axis=1)
    masks = torch.from_numpy(probabilities)[:, None]
    full, _ = _do_paste_mask(masks, torch.from_numpy(boxes), 40, 50, skip_empty=False)
    pasted = coco_mask.decode(paste_masks(probabilities, boxes, (40, 50))).transpose(2, 0, 1)
    differing = pasted != (full.numpy() >= 0.5)
    assert np.abs(full.numpy()[differing] - 0.5).max(initial=0) < 1e-5  # only where rounding decides


def test_coverage_counts_the_regions_pixels_in_each_box():
    region = torch.zeros(8, 8, dtype=torch.bool)
    region[:, 4:] = True
    boxes = torch.tensor([[0, 0, 4, 4], [4, 0, 8, 8], [2, 0, 6, 2], [6, 6, 20, 20], [3, 3, 3, 3]], dtype=torch.float32)
    assert region_coverage(region, boxes).tolist() == [0, 1, 0.5, 1, 0]
