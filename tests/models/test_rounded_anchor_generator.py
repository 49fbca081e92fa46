"""Anchors in whole pixels: the published list of the original implementation."""

import torch

from mots_plugin.models.task_modules import RoundedAnchorGenerator

# The nine anchors that the original implementation prints for scales 8, 16 and 32, corners inclusive.
PUBLISHED = [
    [-83, -39, 100, 56],
    [-175, -87, 192, 104],
    [-359, -183, 376, 200],
    [-55, -55, 72, 72],
    [-119, -119, 136, 136],
    [-247, -247, 264, 264],
    [-35, -79, 52, 96],
    [-79, -167, 96, 184],
    [-167, -343, 184, 360],
]


def test_anchors_are_the_published_ones():
    generator = RoundedAnchorGenerator(strides=[16], ratios=[0.5, 1.0, 2.0], scales=[8, 16, 32], center_offset=0.5)
    # Published corners count from 1 and are inclusive; here they count from 0 and the last is exclusive.
    expected = torch.tensor(PUBLISHED, dtype=torch.float32) + torch.tensor([-1, -1, 0, 0])
    torch.testing.assert_close(generator.base_anchors[0], expected)


def test_anchors_move_with_the_stride():
    generator = RoundedAnchorGenerator(strides=[16], ratios=[0.5], scales=[1, 2], center_offset=0.5)
    (anchors,) = generator.grid_priors([(1, 2)], device="cpu")
    assert anchors.tolist() == [
        [-3.5, 2.0, 19.5, 14.0],  # 23 x 12 around (8, 8)
        [-15.0, -4.0, 31.0, 20.0],
        [12.5, 2.0, 35.5, 14.0],
        [1.0, -4.0, 47.0, 20.0],
    ]
