"""Masks from prototypes: what the maps of attention pick, inside the boxes; values by hand."""

import math

import numpy as np
import pytest
import torch
from mmdet.structures.mask import BitmapMasks

from mots_plugin.models.layers import PrototypeMaskBranch


class TwoHalves(torch.nn.Module):
    """Stands for the prototypes of a 16 x 16 image at stride 4: the left half, and the top half, are one."""

    def forward(self, finest):
        maps = torch.zeros(len(finest), 2, 4, 4)
        maps[:, 0, :, :2] = 1
        maps[:, 1, :2] = 1
        return maps


@pytest.fixture
def branch():
    branch = PrototypeMaskBranch(
        3, [5], num_anchors=2, num_prototypes=2, attention_size=1, mask_size=4, max_masks=4, loss_weight=2.0
    )
    branch.prototypes = TwoHalves()
    return branch


WHOLE = torch.tensor([[0.0, 0.0, 16.0, 16.0]])


def attention(*weights):
    return torch.tensor([weights]).reshape(1, 3, 1, 1)


def test_prototypes_are_weighted_and_added(branch):
    """Left half times 3, top half times -1, and 0.5 everywhere: pixels of a mask are cells here."""
    logits = branch(torch.zeros(1, 3, 2, 2), attention(3.0, -1.0, 0.5), [WHOLE])
    assert logits.shape == (1, 4, 4)
    assert logits[0].tolist() == [[2.5, 2.5, -0.5, -0.5]] * 2 + [[3.5, 3.5, 0.5, 0.5]] * 2


def test_a_mask_is_of_its_box_and_its_image(branch):
    """Boxes of the second image's right half, and of the first one's top left quarter."""
    boxes = [torch.tensor([[0.0, 0.0, 8.0, 8.0]]), torch.tensor([[8.0, 0.0, 16.0, 16.0]])]
    logits = branch(torch.zeros(2, 3, 2, 2), attention(1.0, 0.0, 0.0).repeat(2, 1, 1, 1), boxes)
    assert logits[0, :2, :2].tolist() == [[1, 1], [1, 1]]
    assert logits[1, :, -2:].tolist() == [[0, 0]] * 4


def test_attention_belongs_to_an_anchor(branch):
    """Both anchors of a cell read the same features with weights of their own."""
    linear = branch.attention[0]
    torch.nn.init.zeros_(linear.weight)
    linear.bias.data = torch.arange(6.0)
    maps = branch.attend(0, torch.zeros(3, 5), torch.tensor([1, 0, 1]))
    assert maps.flatten(1).tolist() == [[3, 4, 5], [0, 1, 2], [3, 4, 5]]


def test_loss_by_hand(branch):
    """The object is the left half; logits of zero cost log 2, and the factor is 2."""
    mask = np.zeros((1, 16, 16), np.uint8)
    mask[0, :, :8] = 1
    truth, rows = [BitmapMasks(mask, 16, 16)], [torch.tensor([0])]
    nothing = branch.loss(torch.zeros(1, 4, 4), [WHOLE], rows, truth)
    assert nothing.item() == pytest.approx(2 * math.log(2))
    certain = torch.tensor([[9.0, 9.0, -9.0, -9.0]]).repeat(4, 1)[None]
    assert branch.loss(certain, [WHOLE], rows, truth).item() == pytest.approx(2 * math.log(1 + math.exp(-9)), abs=1e-6)
    assert branch.loss(-certain, [WHOLE], rows, truth).item() == pytest.approx(18, rel=1e-3)


def test_without_detections_every_weight_still_gets_a_gradient():
    branch = PrototypeMaskBranch(3, [5], num_prototypes=2, attention_size=2, mask_size=4)
    none, empty = torch.zeros(0, 4), torch.zeros(0, dtype=torch.long)
    maps = branch.attend(0, torch.zeros(0, 5), empty)
    logits = branch(torch.zeros(1, 3, 2, 2), maps, [none])
    loss = branch.loss(logits, [none], [empty], [BitmapMasks(np.zeros((0, 16, 16), np.uint8), 16, 16)])
    assert loss.item() == 0
    loss.backward()
    assert all(weight.grad is not None for weight in branch.parameters())
