"""Losses that tell identities apart: classified, or compared with each other; values by hand."""

import math

import pytest
import torch

from mots_plugin.models.layers import IdentityBanks
from mots_plugin.models.losses import (
    IdentityTripletLoss,
    IdentityTripletUpperBoundLoss,
    identity_triplet,
    identity_triplet_upper_bound,
)

# Unit vectors at 0, 90, 60 and 180 degrees: two of identity 0, two of identity 1.
ANGLES = torch.deg2rad(torch.tensor([0.0, 90.0, 60.0, 180.0], dtype=torch.float64))
EMBEDDINGS = torch.stack([ANGLES.cos(), ANGLES.sin()], 1)
IDENTITIES = torch.tensor([0, 0, 1, 1])
ONE_CLASS = torch.zeros(4, dtype=torch.long)
COS30 = math.sqrt(3) / 2
# f.f_i - f.f+ of each embedding with its two negatives.
VIOLATIONS = [
    (0.5 - 0, -1 - 0),  # 0 degrees: positive at 90, negatives at 60 and 180
    (COS30 - 0, 0 - 0),
    (0.5 + 0.5, COS30 + 0.5),  # 60 degrees: positive at 180, negatives at 0 and 90
    (-1 + 0.5, 0 + 0.5),
]


def test_triplet_adds_up_what_is_violated():
    expected = sum(max(value, 0) for row in VIOLATIONS for value in row) / 4
    assert identity_triplet(EMBEDDINGS, IDENTITIES, ONE_CLASS, scale=1).item() == pytest.approx(expected)
    assert identity_triplet(EMBEDDINGS, IDENTITIES, ONE_CLASS, scale=10).item() == pytest.approx(10 * expected)


def test_upper_bound_is_smooth_and_above():
    expected = sum(math.log(1 + sum(map(math.exp, row))) for row in VIOLATIONS) / 4
    bound = identity_triplet_upper_bound(EMBEDDINGS, IDENTITIES, ONE_CLASS, scale=1).item()
    assert bound == pytest.approx(expected)
    assert bound > identity_triplet(EMBEDDINGS, IDENTITIES, ONE_CLASS, scale=1).item()


def test_of_several_positives_the_hardest_counts():
    """Identity 0 at 0, 60 and 90 degrees, identity 1 at 180: positives are at 90, at 0 or 90 degrees, and at 0."""
    identities = torch.tensor([0, 0, 0, 1])
    expected = sum(max(value, 0) for value in (-1 - 0, 0 - 0, -0.5 - 0.5)) / 3
    assert identity_triplet(EMBEDDINGS, identities, ONE_CLASS, scale=1).item() == pytest.approx(expected)
    expected = sum(math.log(1 + math.exp(value)) for value in (-1, 0, -1)) / 3
    bound = identity_triplet_upper_bound(EMBEDDINGS, identities, ONE_CLASS, scale=1)
    assert bound.item() == pytest.approx(expected)


@pytest.mark.parametrize("loss", [identity_triplet, identity_triplet_upper_bound])
def test_classes_are_not_compared(loss):
    """Identity 0 of cars is not identity 0 of pedestrians, and neither pushes the other away."""
    classes = torch.tensor([0, 0, 1, 1])
    same_numbers = loss(EMBEDDINGS, torch.zeros(4, dtype=torch.long), classes, scale=1)
    assert same_numbers.item() == 0  # two pairs of positives, no negative
    alone = [loss(EMBEDDINGS[rows], IDENTITIES[rows], ONE_CLASS[rows], 1) for rows in ([0, 1, 2], [3])]
    doubled = loss(
        torch.cat([EMBEDDINGS[:3], EMBEDDINGS[3:]]), torch.tensor([0, 0, 1, 1]), torch.tensor([0, 0, 0, 1]), 1
    )
    assert doubled.item() == pytest.approx(alone[0].item())


@pytest.mark.parametrize("part", [IdentityTripletLoss(), IdentityTripletUpperBoundLoss()])
@pytest.mark.parametrize("count", [0, 1])
def test_with_nothing_to_compare_the_loss_is_zero_and_has_a_gradient(part, count):
    embeddings = EMBEDDINGS[:count].clone().requires_grad_()
    loss = part(embeddings, IDENTITIES[:count], ONE_CLASS[:count])
    assert loss.item() == 0
    loss.backward()
    assert embeddings.grad.tolist() == [[0, 0]] * count


def test_the_default_scale_is_that_of_the_released_classifier():
    assert IdentityTripletLoss().scale == pytest.approx(math.sqrt(2) * math.log(14455 - 1), abs=1e-3)


def banks_of(*counts):
    banks = IdentityBanks(2, counts)
    for bank in banks.banks:
        torch.nn.init.zeros_(bank.weight)
        torch.nn.init.zeros_(bank.bias)
    return banks


def test_banks_classify_within_a_class():
    """Cars have 3 identities, pedestrians 5; with all weights zero, all of a class are as likely."""
    banks = banks_of(3, 5)
    embeddings = EMBEDDINGS.float()[:3]
    loss = banks(embeddings, torch.tensor([2, 2, 4]), torch.tensor([0, 1, 1]))
    assert loss.item() == pytest.approx((math.log(3) + 2 * math.log(5)) / 3)


def test_banks_scale_unit_embeddings_by_the_number_of_identities():
    banks = banks_of(4)
    banks.banks[0].weight.data[1] = torch.tensor([1.0, 0.0])
    scale = math.sqrt(2) * math.log(3)
    loss = banks(torch.tensor([[1.0, 0.0]]), torch.tensor([1]), torch.tensor([0]))
    assert loss.item() == pytest.approx(math.log(1 + 3 * math.exp(-scale)))


def test_a_class_without_identities_has_no_bank():
    banks = banks_of(0, 5)
    assert [tuple(weight.shape) for weight in banks.parameters()] == [(5, 2), (5,)]
    loss = banks(EMBEDDINGS.float()[:1], torch.tensor([3]), torch.tensor([1]))
    assert loss.item() == pytest.approx(math.log(5))


def test_banks_without_embeddings_stay_part_of_the_graph():
    """Ranks that see no identity must still send gradients."""
    banks = banks_of(3, 5)
    empty = torch.zeros(0, dtype=torch.long)
    loss = banks(torch.zeros(0, 2), empty, empty)
    assert loss.item() == 0
    loss.backward()
    assert all(weight.grad.abs().sum() == 0 for weight in banks.parameters())


def test_an_identity_beyond_its_bank_is_named():
    with pytest.raises(IndexError, match=r"identity 3 of class 0 is beyond the head's identity_counts\[0\] = 3"):
        banks_of(3, 5)(EMBEDDINGS.float()[:1], torch.tensor([3]), torch.tensor([0]))
