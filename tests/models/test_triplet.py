"""Batch-hard triplet loss on points of a line, where every distance can be read off."""

import torch

from mots_plugin.models.losses import batch_hard_triplet


def test_takes_the_farthest_positive_and_the_nearest_negative():
    # identity 1 at 0 and 3, identity 2 at 4: hinges 3-4+0.2 -> 0, 3-1+0.2 = 2.2, 0-1+0.2 -> 0
    loss = batch_hard_triplet(torch.tensor([[0.0], [3.0], [4.0]]), torch.tensor([1, 1, 2]), margin=0.2)
    torch.testing.assert_close(loss, torch.tensor(2.2 / 3))


def test_separated_identities_cost_nothing():
    loss = batch_hard_triplet(torch.tensor([[0.0], [0.1], [9.0], [9.1]]), torch.tensor([5, 5, 7, 7]), margin=0.2)
    assert loss == 0


def test_a_lone_identity_has_no_negative_and_costs_nothing():
    embeddings = torch.tensor([[0.0], [5.0]], requires_grad=True)
    loss = batch_hard_triplet(embeddings, torch.tensor([1, 1]), margin=0.2)
    loss.backward()
    assert loss == 0
    assert embeddings.grad.eq(0).all()


def test_the_gradient_is_finite_where_vectors_coincide():
    embeddings = torch.zeros(4, 3, requires_grad=True)
    batch_hard_triplet(embeddings, torch.tensor([1, 1, 2, 2]), margin=0.2).backward()
    assert embeddings.grad.isfinite().all()


def test_no_detections_give_zero():
    assert batch_hard_triplet(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long), margin=0.2) == 0
