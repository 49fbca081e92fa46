"""From losses of three tasks on several scales to one; values by hand."""

import math

import pytest
import torch
from torch import multiprocessing

from mots_plugin.models.layers import (
    FixedTaskWeighting,
    MagnitudeTaskWeighting,
    MinimumNormTaskWeighting,
    UncertaintyTaskWeighting,
)

LOSSES = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def test_fixed_weights_are_those_of_every_scale():
    assert FixedTaskWeighting([64, 64, 0.1])(LOSSES, []).tolist() == [
        pytest.approx([64, 128, 0.3]),
        pytest.approx([256, 320, 0.6]),
    ]
    assert FixedTaskWeighting([1, 1, 1]).state_dict() == {}


def test_uncertainties_are_learnt_for_each_task_and_scale():
    """The gradient of (exp(-s) L + s) / 2 is zero where exp(s) is the loss."""
    weighting = UncertaintyTaskWeighting(num_scales=2, initial=(0.0, math.log(2), 1.0))
    weighted = weighting(LOSSES, [])
    assert weighted[0].tolist() == pytest.approx([0.5, 0.5 * (1 + math.log(2)), 0.5 * (3 / math.e + 1)])
    weighted.sum().backward()
    gradient = weighting.log_variances.grad
    assert gradient[0].tolist() == pytest.approx([0, 0, 0.5 * (1 - 3 / math.e)], abs=1e-6)
    assert gradient[1, 0].item() == pytest.approx(0.5 * (1 - 4))


def test_uncertainties_start_as_released():
    """Box, objectness, identity."""
    assert UncertaintyTaskWeighting().log_variances[2].tolist() == pytest.approx([-4.85, -4.15, -2.3])


def test_losses_over_their_moving_average():
    """The first step is an average of itself; then old losses fade by the momentum."""
    weighting = MagnitudeTaskWeighting(num_scales=2, momentum=0.5)
    assert weighting(LOSSES, []).tolist() == [[1, 1, 1], [1, 1, 1]]
    # The second average is (L + 2 * 3 L) / 3 = 7/3 L: weights 1/3 and 2/3, as 0.5 and 1 in proportion.
    assert weighting(3 * LOSSES, [])[1].tolist() == pytest.approx([9 / 7] * 3)
    weighting.eval()
    assert weighting(7 * LOSSES, [])[1].tolist() == pytest.approx([3] * 3)
    assert set(weighting.state_dict()) == {"averages", "steps"}


def test_a_scale_without_objects_stays_finite():
    weighting = MagnitudeTaskWeighting(num_scales=1)
    losses = torch.zeros(1, 3, requires_grad=True)
    weighted = weighting(losses, [])
    assert weighted.tolist() == [[0, 0, 0]]


def test_minimum_norm_weights_by_gradients_at_the_shared_features():
    """Gradients (1, 0), (0, 2) and (3, 0): orthogonal tasks share by inverse squares, the third adds only length."""
    shared = torch.zeros(2, requires_grad=True)
    losses = torch.stack([shared[0] + 5, 2 * shared[1] + 7, 3 * shared[0] + 1])[None]
    weighted = MinimumNormTaskWeighting()(losses, [shared])
    assert weighted[0].tolist() == pytest.approx([0.8 * 5, 0.2 * 7, 0])
    weighted.sum().backward()  # the graph is still there, and only now does the leaf get a gradient
    assert shared.grad.tolist() == pytest.approx([0.8, 0.4])


def test_minimum_norm_adds_a_task_up_over_scales():
    """Each scale has features of its own; a task's gradient is that of its sum."""
    coarse, fine = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    losses = torch.stack([torch.stack([coarse[0], 0 * coarse[0]]), torch.stack([fine[0], 2 * fine[0]])]) + 1
    # Gradients (1, 1) and (0, 2): the weights a, 1 - a minimise a^2 + (a + 2 (1 - a))^2, so a = 1.
    weighted = MinimumNormTaskWeighting()(losses, [coarse, fine])
    assert weighted.sum(0).tolist() == pytest.approx([2, 0], abs=1e-6)


def _one_rank(rank, folder, results):
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
    shared = torch.zeros(1, requires_grad=True)
    # Rank 0 sees gradients 1 and 0, rank 1 gradients 0 and 2: together (1, 0) and (0, 2).
    losses = torch.stack([shared[0] * (rank == 0), 2 * shared[0] * (rank == 1)])[None] + 1
    results[rank] = MinimumNormTaskWeighting()(losses, [shared]).detach()[0]
    averages = MagnitudeTaskWeighting(num_scales=1, num_tasks=2)
    averages(torch.tensor([[1.0 + 2 * rank, 4.0]]), [])
    results[2 + rank] = averages.averages[0]
    torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_ranks_agree_on_the_weights(tmp_path):
    results = torch.zeros(4, 2).share_memory_()
    multiprocessing.spawn(_one_rank, (str(tmp_path), results), nprocs=2)
    assert results[:2].tolist() == [pytest.approx([0.8, 0.2])] * 2
    assert results[2:].tolist() == [pytest.approx([2, 4])] * 2
