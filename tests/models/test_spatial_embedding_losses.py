"""Losses of SpatialEmbedding, by hand and against the definition over all pixels."""

import math

import pytest
import torch

from mots_plugin.models.losses import (
    SemanticFocalLoss,
    instance_loss,
    lovasz_hinge,
    seed_loss,
    semantic_focal_loss,
    variance_loss,
)


def dense_lovasz_hinge(errors, inside):
    """Section 3.1 of the paper, one mask: errors in descending order, weighted by what the Jaccard loss gains."""
    order = errors.argsort(descending=True)
    errors, inside = errors[order], inside[order].double()
    missed, invented = inside.cumsum(0), (1 - inside).cumsum(0)
    jaccard = 1 - (inside.sum() - missed) / (inside.sum() + invented)
    weights = torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])
    return (errors.relu() * weights).sum()


def test_lovasz_hinge_by_hand():
    """Errors 2, 1.5, 1, 0.5 of in, out, in, out: Jaccard losses 1/2, 2/3, 1, 1."""
    errors = torch.tensor([1.0, 0.5, 2.0, 1.5])
    inside = torch.tensor([True, False, True, False])
    loss = lovasz_hinge(errors, inside, torch.zeros(4, dtype=torch.long), 1)
    assert loss.tolist() == pytest.approx([2 / 2 + 1.5 * (2 / 3 - 1 / 2) + 1.0 * (1 - 2 / 3)])


def test_groups_are_masks_of_their_own():
    generator = torch.Generator().manual_seed(0)
    errors = torch.rand(90, generator=generator) * 2
    inside = torch.rand(90, generator=generator) > 0.6
    groups = torch.randint(3, (90,), generator=generator)
    groups[groups == 1] = 3  # mask 1 has no entries
    losses = lovasz_hinge(errors, inside, groups, 4)
    for group in (0, 2, 3):
        mine = groups == group
        assert losses[group] == pytest.approx(float(dense_lovasz_hinge(errors[mine], inside[mine])), rel=1e-5)
    assert losses[1] == 0


def fields(seed=0, height=24, width=40):
    generator = torch.Generator().manual_seed(seed)
    instances = torch.full((height, width), -1)
    instances[4:14, 3:12] = 0
    instances[8:20, 15:31] = 1
    down, across = torch.meshgrid(torch.arange(height) / 1023, torch.arange(width) / 1023, indexing="ij")
    embeddings = torch.stack([across, down]) + torch.randn(2, height, width, generator=generator) * 0.004
    centres = torch.tensor([[7.0, 22.5], [8.5, 13.5]]) / 1023
    precisions = torch.tensor([[2e4, 1e4], [3e4, 2e4]])
    return embeddings.flatten(1), centres, precisions, instances.flatten()


def test_instance_loss_equals_that_over_all_pixels_and_so_does_its_gradient():
    embeddings, centres, precisions, instances = fields()
    valid = torch.ones_like(instances, dtype=torch.bool)

    def dense(embeddings):
        probability = torch.exp(-((embeddings[:, None] - centres[:, :, None]).square() * precisions[:, :, None]).sum(0))
        inside = instances == torch.arange(2)[:, None]
        errors = torch.where(inside, 2 - 2 * probability, 2 * probability)
        return sum(dense_lovasz_hinge(*mask) for mask in zip(errors, inside, strict=True)) / 2

    mine, reference = embeddings.clone().requires_grad_(), embeddings.clone().requires_grad_()
    loss = instance_loss(mine, centres, precisions, instances, valid)
    expected = dense(reference)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-6)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(mine.grad, reference.grad.float(), rtol=1e-4, atol=1e-5)


def test_pixels_that_do_not_count_have_no_gradient():
    embeddings, centres, precisions, instances = fields()
    valid = torch.ones_like(instances, dtype=torch.bool)
    valid[:200] = False
    embeddings.requires_grad_()
    instance_loss(embeddings, centres, precisions, instances, valid).backward()
    assert embeddings.grad[:, :200].abs().sum() == 0
    assert embeddings.grad[:, 200:].abs().sum() > 0


def test_without_instances_the_loss_is_zero():
    embeddings, _, _, instances = fields()
    nothing = torch.zeros(2, 0)
    assert instance_loss(embeddings, nothing, nothing, instances * 0 - 1, instances > -9) == 0
    assert variance_loss(embeddings, nothing, instances * 0 - 1, torch.zeros(0)) == 0


def test_variance_loss_by_hand():
    """Instance 0 has sigmas 1 and 3 across (mean 2: 1), 5 and 5 down (0); instance 1 has one pixel (0)."""
    sigmas = torch.tensor([[1.0, 3.0, 7.0, 9.0], [5.0, 5.0, 7.0, 9.0]])
    means = torch.tensor([[2.0, 7.0], [5.0, 7.0]])
    loss = variance_loss(sigmas, means, torch.tensor([0, 0, 1, -1]), torch.tensor([2, 1]))
    assert loss == pytest.approx((0.5 + 0) / 2)


def test_seed_loss_by_hand():
    """Two classes, four pixels: a car, a person, background, and one that does not count."""
    scores = torch.tensor([[0.5, 0.2, 0.1, 0.9], [0.4, 0.7, 0.3, 0.9]])
    foreground = torch.tensor([[True, False, False, False], [False, True, False, False]])
    targets = torch.tensor([0.9, 0.8, 0.0, 0.0])
    valid = torch.tensor([True, True, True, False])
    loss = seed_loss(scores, targets, foreground, valid, torch.tensor([10.0, 3.0]))
    expected = 10 * 0.4**2 + 3 * 0.1**2 + 0.2**2 + 0.1**2 + 0.4**2 + 0.3**2
    assert loss.item() == pytest.approx(expected / 4)


def test_focal_loss_by_hand():
    """Logit 0 everywhere: p is a half, so (1/2)^2 log 2; a certain, right pixel costs next to nothing."""
    logits = torch.tensor([[0.0, 20.0], [0.0, -20.0]])
    labels = torch.tensor([1, 0])
    assert semantic_focal_loss(logits, labels, gamma=2.0).item() == pytest.approx(math.log(2) / 4 / 2)
    assert semantic_focal_loss(logits, labels, gamma=2.0, hardest=0.5).item() == pytest.approx(math.log(2) / 4)
    assert semantic_focal_loss(logits[:, :0], labels[:0], gamma=2.0).item() == 0


def test_focal_loss_refuses_to_keep_nothing():
    with pytest.raises(ValueError, match="hardest 0 is outside"):
        SemanticFocalLoss(hardest=0)
