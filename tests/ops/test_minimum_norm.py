"""Weights of the shortest weighted mean of vectors."""

import numpy as np
import pytest
import torch

from mots_plugin.ops.minimum_norm import minimum_norm_weights


def weights_of(*vectors):
    stacked = torch.as_tensor(np.array(vectors, np.float64))
    return minimum_norm_weights(stacked @ stacked.T).tolist()


def test_orthogonal_vectors_weigh_the_inverse_of_their_squared_lengths():
    assert weights_of([1, 0], [0, 2]) == pytest.approx([0.8, 0.2])
    assert weights_of([3, 0, 0], [0, 3, 0], [0, 0, 3]) == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_a_short_vector_within_the_cone_of_the_others_weighs_all():
    assert weights_of([1, 0], [2, 1], [2, -1]) == pytest.approx([1, 0, 0])


def test_opposite_vectors_cancel():
    assert weights_of([1, 1], [-3, -3]) == pytest.approx([0.75, 0.25])


def test_equal_vectors_share_in_any_way():
    weights = weights_of([2, 1], [2, 1])
    assert sum(weights) == pytest.approx(1)
    assert min(weights) >= 0


def test_without_gradients_the_weights_are_still_weights():
    assert weights_of([0, 0], [0, 0], [0, 0]) == pytest.approx([1, 0, 0])


def test_lengths_may_differ_by_orders_of_magnitude():
    """Losses of an embedding and of a box: the small gradient gets nearly everything."""
    assert weights_of([1e-4, 0, 0], [0, 1, 0], [0, 0, 1e3]) == pytest.approx([1, 1e-8, 1e-14], rel=1e-6)


def test_no_point_of_a_fine_grid_is_shorter():
    rng = np.random.default_rng(0)
    steps = np.linspace(0, 1, 101)
    grid = np.array([(a, b, 1 - a - b) for a in steps for b in steps if a + b <= 1])
    for _ in range(20):
        vectors = rng.normal(size=(3, 4)) + 1
        shortest = np.linalg.norm(grid @ vectors, axis=1).min()
        assert np.linalg.norm(np.array(weights_of(*vectors)) @ vectors) <= shortest + 1e-12
