"""Proposals from all levels of a pyramid but the finest."""

import torch
from mmdet.models.dense_heads import RPNHead

from mots_plugin.models.heads import CoarseRPNHead


def test_passes_over_the_finest_level():
    torch.manual_seed(0)
    anchors = {"type": "AnchorGenerator", "scales": [4], "ratios": [1.0], "strides": [8, 16]}
    coarse = CoarseRPNHead(in_channels=4, feat_channels=4, anchor_generator=anchors)
    plain = RPNHead(in_channels=4, feat_channels=4, anchor_generator=anchors)
    plain.load_state_dict(coarse.state_dict())
    pyramid = tuple(torch.rand(1, 4, cells, cells) for cells in (8, 4, 2))

    scores, deltas = coarse(pyramid)

    expected_scores, expected_deltas = plain(pyramid[1:])
    torch.testing.assert_close(scores, expected_scores)
    torch.testing.assert_close(deltas, expected_deltas)
    assert [tuple(level.shape) for level in scores] == [(1, 1, 4, 4), (1, 1, 2, 2)]
