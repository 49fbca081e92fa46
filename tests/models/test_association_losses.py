"""Losses on association vectors: points of a line, where every distance can be read off, and loops over identities."""

import numpy as np
import pytest
import torch

from mots_plugin.models.losses import (
    BatchAllTripletLoss,
    BatchHardTripletLoss,
    ContrastiveLoss,
    batch_all_triplet,
    batch_hard_triplet,
    contrastive,
)

CAR, PEDESTRIAN = 0, 1
# Car 1 at 0 and at 3, car 2 at 4, pedestrian 3 at 3.5.
POINTS = torch.tensor([[0.0], [3.0], [4.0], [3.5]])
IDENTITIES = torch.tensor([1, 1, 2, 3])
CLASSES = torch.tensor([CAR, CAR, CAR, PEDESTRIAN])
REGIONS = 10  # sampled regions: the four, and six of background
LOSSES = [batch_hard_triplet, batch_all_triplet, contrastive]


def assert_value(loss, value):
    torch.testing.assert_close(loss, torch.tensor(value), rtol=0, atol=1e-5)


def test_batch_hard_takes_the_farthest_positive_and_the_nearest_negative():
    # Only car 1 at 3 violates the margin: its other self is 3 away, the pedestrian 0.5, car 2 1.
    assert_value(batch_hard_triplet(POINTS, IDENTITIES, 0.2), (3 - 0.5 + 0.2) / 4)
    assert_value(batch_hard_triplet(POINTS, IDENTITIES, 0.2, CLASSES), (3 - 1 + 0.2) / 4)
    assert_value(batch_hard_triplet(POINTS, IDENTITIES, 0.2, CLASSES, REGIONS), (3 - 1 + 0.2) / 10)


def test_batch_all_takes_every_positive_with_every_negative():
    # Car 1 at 3 again, now against both negatives; over |D|^2.
    assert_value(batch_all_triplet(POINTS, IDENTITIES, 0.2), (2.2 + 2.7) / 16)
    assert_value(batch_all_triplet(POINTS, IDENTITIES, 0.2, CLASSES), 2.2 / 16)
    # Triplets of cars: 2 positives x 1 negative for each of car 1, 1 x 2 for car 2. The pedestrian, alone in its class,
    # and the background add one each.
    assert_value(batch_all_triplet(POINTS, IDENTITIES, 0.2, CLASSES, REGIONS), 2.2 / (2 + 2 + 2 + 1 + 1))
    assert_value(batch_all_triplet(POINTS, IDENTITIES, 0.2, CLASSES, len(POINTS)), 2.2 / (2 + 2 + 2 + 1))


def test_contrastive_pulls_positives_and_pushes_negatives_up_to_the_margin():
    # Pull: 0 and 3, seen from both. Push, margin 1.5: 3 and 4 by 0.5, 3 and 3.5 by 1, 4 and 3.5 by 1.
    assert_value(contrastive(POINTS, IDENTITIES, 1.5), 2 * (9 + 0.25 + 1 + 1) / 16)
    assert_value(contrastive(POINTS, IDENTITIES, 1.5, CLASSES), 2 * (9 + 0.25) / 16)
    # Pairs of cars: 2 + 2 + 1 positive (each its own), 1 + 1 + 2 negative; pedestrian and background add one each.
    assert_value(contrastive(POINTS, IDENTITIES, 1.5, CLASSES, REGIONS), 0.5 * 2 * (9 + 0.25) / (5 + 4 + 1 + 1))


def test_a_lone_identity_is_pulled_together_by_the_paper_only():
    lone = torch.tensor([[0.0], [5.0]])
    identities, classes = torch.tensor([7, 7]), torch.tensor([CAR, CAR])
    assert_value(contrastive(lone, identities, 0.2), 2 * 25 / 4)
    assert_value(contrastive(lone, identities, 0.2, classes, REGIONS), 0.0)
    for triplet in (batch_hard_triplet, batch_all_triplet):
        assert triplet(lone, identities, 0.2) == 0
        assert triplet(lone, identities, 0.2, classes, REGIONS) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_separated_identities_cost_nothing(loss):
    points = torch.tensor([[0.0], [0.0], [9.0], [9.0]])
    assert_value(loss(points, torch.tensor([5, 5, 7, 7]), 0.2), 0.0)


def official_loops(distances, identities, classes, loss, margin):
    """The released computation, identity by identity: sums and counts over blocks of the distance matrix."""
    total, count = 0.0, 0
    for identity in np.unique(identities):
        rows = distances[identities == identity][:, classes == classes[identities == identity][0]]
        own = identities[classes == classes[identities == identity][0]] == identity
        same, different = rows[:, own], rows[:, ~own]
        if different.size == 0:
            count += 1
        elif loss is batch_hard_triplet:
            total += np.maximum(margin + same.max(1) - different.min(1), 0).sum()
        elif loss is batch_all_triplet:
            hinges = np.maximum(margin + same[:, :, None] - different[:, None, :], 0)
            total, count = total + hinges.sum(), count + hinges.size
        else:
            total += 0.5 * ((same**2).sum() + (np.maximum(margin - different, 0) ** 2).sum())
            count += same.size + different.size
    return total, count


@pytest.mark.parametrize("loss", LOSSES)
def test_released_normalisation_equals_loops_over_identities(loss):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(24, 3))
    identities = rng.integers(1, 8, 24)
    classes = (identities == 3).astype(int) + 2 * (identities > 5)  # identity 3 is alone in its class
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    total, count = official_loops(distances, identities, classes, loss, margin=0.7)
    divisor = 40 if loss is batch_hard_triplet else count + 1  # 40 regions, 16 of them background
    arrays = (torch.from_numpy(points), torch.from_numpy(identities))
    value = loss(*arrays, 0.7, torch.from_numpy(classes), 40)
    np.testing.assert_allclose(value.item(), total / divisor, rtol=0, atol=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("options", [(), (CLASSES, REGIONS)], ids=["paper", "released"])
def test_gradients(loss, options):
    torch.manual_seed(0)
    points = torch.rand(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: loss(x, IDENTITIES, 0.7, *options), points)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_finite_where_vectors_coincide(loss):
    points = torch.zeros(4, 3, requires_grad=True)
    loss(points, torch.tensor([1, 1, 2, 2]), 0.2).backward()
    assert points.grad.isfinite().all()


@pytest.mark.parametrize("loss", LOSSES)
def test_no_detections_give_zero_that_can_be_differentiated(loss):
    points = torch.zeros(0, 3, requires_grad=True)
    value = loss(points, torch.zeros(0, dtype=torch.long), 0.2)
    value.backward()
    assert value == 0


@pytest.mark.parametrize(
    ("part", "paper", "released"),
    [
        (BatchHardTripletLoss, 2.7 / 4, 2.2 / 10),
        (BatchAllTripletLoss, 4.9 / 16, 2.2 / 8),
        (ContrastiveLoss, 18 / 16, 9 / 11),
    ],
)
def test_parts_choose_classes_and_divisor_by_their_options(part, paper, released):
    assert_value(part(loss_weight=2.0)(POINTS, IDENTITIES, CLASSES, REGIONS), 2 * paper)
    options = {"per_class": True, "normalisation": "released"}
    assert_value(part(**options)(POINTS, IDENTITIES, CLASSES, REGIONS), released)


def test_parts_refuse_what_they_cannot_compute():
    with pytest.raises(ValueError, match="normalisation 'both' is none of paper, released"):
        ContrastiveLoss(normalisation="both")
    with pytest.raises(ValueError, match="BatchHardTripletLoss per class needs the class of every detection"):
        BatchHardTripletLoss(per_class=True)(POINTS, IDENTITIES)
