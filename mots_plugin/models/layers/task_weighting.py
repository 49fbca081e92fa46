"""How the losses of several tasks on several scales become one (JDE, "Automatic Loss Balancing" and table 2).

Shapes: M scales, T tasks: box, objectness, identity.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmdet.registry import MODELS
from mmengine.dist import all_reduce
from torch import Tensor, nn

from mots_plugin.ops.minimum_norm import minimum_norm_weights


class TaskWeighting(nn.Module):
    """Weights the losses of T tasks on each of M scales."""

    def forward(self, losses: Tensor, shared: Sequence[Tensor]) -> Tensor:
        """Weight the losses; their sum is what training minimises.

        Args:
            losses: (M, T) float32, with gradients.
            shared: The features that all tasks are computed from, with gradients; (B, C_i, H_i, W_i).

        Returns:
            (M, T) weighted losses.
        """
        raise NotImplementedError


@MODELS.register_module()
class FixedTaskWeighting(TaskWeighting):
    """The same constant weights on every scale.

    Args:
        weights: T weights. All 1 is the paper's "Uniform", (64, 64, 0.1) its "App.Opt".
    """

    weights: Tensor

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32), persistent=False)

    def forward(self, losses: Tensor, shared: Sequence[Tensor]) -> Tensor:
        """See :meth:`TaskWeighting.forward`."""
        return losses * self.weights


@MODELS.register_module()
class UncertaintyTaskWeighting(TaskWeighting):
    """Task-dependent uncertainties s, learnt for each task of each scale: (exp(-s) L + s) / 2 (JDE, eq. 6).

    Args:
        num_scales: M.
        initial: T initial values of s, the same on every scale; by default those of the released code.
    """

    def __init__(self, num_scales: int = 3, initial: Sequence[float] = (-4.85, -4.15, -2.3)) -> None:
        super().__init__()
        self.log_variances = nn.Parameter(torch.tensor(initial, dtype=torch.float32).repeat(num_scales, 1))

    def forward(self, losses: Tensor, shared: Sequence[Tensor]) -> Tensor:
        """See :meth:`TaskWeighting.forward`."""
        return 0.5 * (torch.exp(-self.log_variances) * losses + self.log_variances)


@MODELS.register_module()
class MagnitudeTaskWeighting(TaskWeighting):
    """Each loss over the moving average of its magnitude: the paper's "Loss.Norm".

    The averages start at the first step's losses, are the same on all ranks, and are part of a checkpoint.

    Args:
        num_scales: M.
        num_tasks: T.
        momentum: Share of the average that a step keeps.
    """

    averages: Tensor
    steps: Tensor

    def __init__(self, num_scales: int = 3, num_tasks: int = 3, momentum: float = 0.99) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("averages", torch.zeros(num_scales, num_tasks))
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    def forward(self, losses: Tensor, shared: Sequence[Tensor]) -> Tensor:
        """See :meth:`TaskWeighting.forward`; in training, moves the averages."""
        if self.training:
            magnitudes = losses.detach().clone()
            all_reduce(magnitudes, "mean")
            self.steps += 1
            # Weights of past steps that sum to one from the first step on.
            share = (1 - self.momentum) / (1 - self.momentum ** self.steps.item())
            self.averages.lerp_(magnitudes, share)
        return losses / self.averages.clamp(min=1e-6)


@MODELS.register_module()
class MinimumNormTaskWeighting(TaskWeighting):
    """Multiple-gradient descent on its upper bound, MGDA-UB (Sener and Koltun 2018).

    The weights, none negative and one in sum, make the weighted sum of the tasks' gradients with respect to the shared
    features shortest. A task's loss is its sum over scales, so there is one weight a task. The gradients stop at the
    shared features: weights cost T backward passes through the prediction heads, none through the backbone. With
    several ranks the features are those of all of them, so every rank comes to the same weights.
    """

    def forward(self, losses: Tensor, shared: Sequence[Tensor]) -> Tensor:
        """See :meth:`TaskWeighting.forward`."""
        rows = []
        for task_loss in losses.sum(0):
            gradients = torch.autograd.grad(task_loss, list(shared), retain_graph=True)
            rows.append(torch.cat([gradient.float().flatten() for gradient in gradients]))
        stacked = torch.stack(rows)
        gram = stacked @ stacked.T
        all_reduce(gram, "mean")
        return losses * minimum_norm_weights(gram).to(losses)
