"""Epochs of a chosen length, whatever the size of the data set."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sized

import numpy as np
from mmdet.registry import DATA_SAMPLERS
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler


@DATA_SAMPLERS.register_module()
class ReplacementSampler(Sampler[int]):
    """Draws items uniformly, with replacement: an epoch is a number of samples, not a pass over the data.

    Args:
        dataset: What is sampled.
        samples_per_epoch: Samples of all ranks together.
        seed: Must be the same on all ranks. Drawn and shared when None.

    Raises:
        ValueError: Less than one sample.
    """

    def __init__(self, dataset: Sized, samples_per_epoch: int, seed: int | None = None) -> None:
        if samples_per_epoch < 1:
            raise ValueError(f"ReplacementSampler: samples_per_epoch is {samples_per_epoch}, it must be at least 1")
        self.rank, self.world_size = get_dist_info()
        self.seed = sync_random_seed() if seed is None else seed
        self.dataset = dataset
        self.samples_per_epoch = samples_per_epoch
        self.epoch = 0

    def __iter__(self) -> Iterator[int]:
        drawn = np.random.default_rng([self.seed, self.epoch]).integers(
            len(self.dataset), size=len(self) * self.world_size
        )
        return iter(drawn[self.rank :: self.world_size].tolist())

    def __len__(self) -> int:
        """Samples of this rank."""
        return math.ceil(self.samples_per_epoch / self.world_size)

    def set_epoch(self, epoch: int) -> None:
        """Draw others; called by mmengine's DistSamplerSeedHook."""
        self.epoch = epoch
