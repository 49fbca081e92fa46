"""MAPT's losses by hand."""

import math

import pytest
import torch

from mots_plugin.models.losses import HardestPixelsCrossEntropyLoss, SoftIoULoss, TrackCrossEntropyLoss
from mots_plugin.models.losses.hardest_pixels import hardest_pixels_cross_entropy
from mots_plugin.models.losses.soft_iou import soft_iou_loss
from mots_plugin.models.losses.track_classification import track_cross_entropy


def two_class_logits(losses: torch.Tensor) -> torch.Tensor:
    """(B, 2, H, W) logits whose cross entropy for class 0 is as given."""
    return torch.stack([torch.zeros_like(losses), (losses.exp() - 1).log()], dim=1)


def test_only_the_worst_quarter_of_each_image_counts():
    losses = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    classes = torch.zeros(2, 2, 2, dtype=torch.long)
    logits = two_class_logits(losses)
    torch.testing.assert_close(hardest_pixels_cross_entropy(logits, classes), torch.tensor((4 + 8) / 2))
    over_batch = hardest_pixels_cross_entropy(logits, classes, over_batch=True)
    torch.testing.assert_close(over_batch, torch.tensor((7 + 8) / 2.0))


def test_void_pixels_cost_nothing_but_count_among_all():
    losses = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    classes = torch.tensor([[[0, 255], [255, 255]]])
    half = hardest_pixels_cross_entropy(two_class_logits(losses), classes, fraction=0.5)
    torch.testing.assert_close(half, torch.tensor((1 + 0) / 2.0))


def test_rare_classes_may_weigh_more_and_come_first():
    losses = torch.tensor([[[4.0, 1.0], [3.0, 2.0]]])
    classes = torch.tensor([[[0, 0], [1, 1]]])
    logits = two_class_logits(losses)
    logits[:, :, 1] = logits[:, :, 1].flip(1)  # the same losses for the other class
    weighted = HardestPixelsCrossEntropyLoss(fraction=0.5, class_weights=(1, 3), loss_weight=2.0)
    torch.testing.assert_close(weighted(logits, classes), torch.tensor(2.0 * (9 + 6) / 2))


def test_a_fraction_must_be_one():
    with pytest.raises(ValueError, match=r"fraction 0 is outside \(0, 1\]"):
        HardestPixelsCrossEntropyLoss(fraction=0)


def test_soft_iou_of_masks_that_overlap_by_half():
    target = torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    assert soft_iou_loss(torch.tensor([[[0.0, 1.0, 1.0, 0.0]]]), target).tolist() == pytest.approx([1 - 1 / 3])
    assert soft_iou_loss(torch.tensor([[[0.5, 0.5, 0.0, 0.0]]]), target).tolist() == pytest.approx([1 - 1 / 2])
    assert soft_iou_loss(target, target).tolist() == [0]


def test_soft_iou_without_masks_is_nothing_that_still_has_a_gradient():
    masks = torch.zeros(0, 4, 4, requires_grad=True)
    loss = SoftIoULoss()(masks, torch.zeros(0, 4, 4))
    loss.backward()
    assert loss == 0
    assert masks.grad.shape == masks.shape


def test_objects_are_classified_by_the_tracks_of_the_other_frame():
    tracks, track_ids = torch.tensor([[2.0, 0.0], [0.0, 3.0]]), torch.tensor([7, 9])
    objects = torch.tensor([[0.0, 5.0], [1.0, 0.0], [1.0, 1.0]])  # the last one's identity is new
    losses = track_cross_entropy(objects, torch.tensor([9, 9, 8]), tracks, track_ids, temperature=0.5)
    expected = [-math.log(math.exp(2) / (math.exp(2) + 1)), -math.log(1 / (math.exp(2) + 1))]
    torch.testing.assert_close(losses, torch.tensor(expected))


def test_the_mean_is_over_the_objects_of_all_pairs():
    loss = TrackCrossEntropyLoss(temperature=0.5)
    tracks, track_ids = torch.eye(2), torch.tensor([1, 2])
    right = (torch.eye(2), torch.tensor([1, 2]), tracks, track_ids)
    wrong = (torch.tensor([[0.0, 1.0]]), torch.tensor([1]), tracks, track_ids)
    low, high = (-math.log(value / (math.exp(2) + 1)) for value in (math.exp(2), 1))
    torch.testing.assert_close(loss([right, wrong]), torch.tensor((2 * low + high) / 3))


def test_pairs_without_a_common_track_cost_nothing():
    embeddings = torch.eye(2, requires_grad=True)
    loss = TrackCrossEntropyLoss()([(embeddings, torch.tensor([1, 2]), torch.eye(2), torch.tensor([3, 4]))])
    loss.backward()
    assert loss == 0
    assert embeddings.grad.abs().sum() == 0
