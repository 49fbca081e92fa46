"""Label maps taken apart, by hand."""

import numpy as np
import torch
from pycocotools import mask as coco_mask

from mots_plugin.ops import instances_of_label_map, merge_label_maps

DRAWING = np.array([[0, 1, 1, 0], [0, 1, 3, 3], [0, 0, 3, 3]], np.int32)


def test_numbers_boxes_and_masks():
    numbers, boxes, codes = instances_of_label_map(DRAWING, (3, 4))
    assert numbers.tolist() == [1, 3]
    assert boxes.tolist() == [[1, 0, 3, 2], [2, 1, 4, 3]]
    assert coco_mask.decode(codes[0]).tolist() == [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert coco_mask.decode(codes[1]).tolist() == [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]


def test_a_map_of_half_the_size_is_stretched():
    numbers, boxes, codes = instances_of_label_map(DRAWING, (6, 8))
    assert boxes.tolist() == [[2, 0, 6, 4], [4, 2, 8, 6]]
    assert coco_mask.area(codes).tolist() == [12, 16]
    assert codes[0]["size"] == [6, 8]


def test_nothing_gives_nothing():
    numbers, boxes, codes = instances_of_label_map(np.zeros((3, 4), np.int32), (3, 4))
    assert numbers.shape == (0,)
    assert boxes.shape == (0, 4)
    assert codes == []


def test_classes_in_one_map():
    """Cars 1 and 2 and persons 1 to 3: the surer one takes a pixel; person 2 has none left, person 3 never had any."""
    cars = torch.tensor([[1, 1, 0, 2], [1, 1, 0, 2]], dtype=torch.int32)
    people = torch.tensor([[0, 1, 1, 2], [0, 1, 0, 0]], dtype=torch.int32)
    merged, labels, scores = merge_label_maps(
        torch.stack([cars, people]), [torch.tensor([0.8, 0.9]), torch.tensor([0.95, 0.7, 0.6])]
    )
    assert merged.tolist() == [[1, 3, 3, 2], [1, 3, 0, 2]]
    assert labels.tolist() == [0, 0, 1]
    torch.testing.assert_close(scores, torch.tensor([0.8, 0.9, 0.95]))


def test_no_instances_in_one_map():
    merged, labels, scores = merge_label_maps(torch.zeros(2, 2, 3, dtype=torch.int32), [torch.zeros(0)] * 2)
    assert merged.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert labels.tolist() == scores.tolist() == []
