"""Tracks as a few crops each, from a crop database: what instance embeddings are trained on (PointTrack)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from mmdet.registry import DATA_SAMPLERS, DATASETS
from mmengine.dist import get_dist_info, sync_random_seed
from mmengine.registry import FUNCTIONS
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from mots_plugin.formats.crop_database import CropDatabase
from mots_plugin.formats.errors import FormatError

SPACINGS = ("occurrence", "frame")


@DATASETS.register_module()
class TrackCropDataset(Dataset):
    """One item a track: three crops of it, drawn anew each time.

    The middle one is any but the first and last occurrence of the track; the others lie 1 to S occurrences before and
    after it, alike on both sides, and those that would lie beyond an end of the track are its ends, as released. A
    track with one or two occurrences gives these.

    An item is a dict of ``pixels`` (P, 4) uint8, the crops one after the other (see ``formats/crop_database.py``),
    ``sizes`` (N, 2) height and width, ``corners`` (N, 2) row and column in the image, ``identities`` (N,), the track's
    index, and ``labels`` (N,), all int64 tensors.

    Args:
        database: Folder of a crop database.
        max_spacing: S.
        spacing: What S counts: ``'occurrence'``, as released, or ``'frame'``; then the crops nearest to the drawn
            frames are taken.
        classes: Names of the classes to take, all of the database by default; labels count in this order.

    Raises:
        FormatError: The database cannot be read, or has no such class.
        ValueError: An argument has no such choice.
    """

    def __init__(
        self,
        database: str,
        max_spacing: int = 10,
        spacing: str = "occurrence",
        classes: Sequence[str] | None = None,
    ) -> None:
        if spacing not in SPACINGS or max_spacing < 1:
            raise ValueError(f"TrackCropDataset: spacing {spacing!r}, max_spacing {max_spacing}; must be from 1 on")
        self.database = CropDatabase(database)
        self.max_spacing = max_spacing
        self.spacing = spacing
        known = self.database.header.classes
        self.metainfo = {"classes": tuple(known if classes is None else classes)}
        missing = [name for name in self.metainfo["classes"] if name not in known]
        if missing:
            cure = f"it has {', '.join(known)}; set classes of the dataset"
            raise FormatError(database, f"crop database has no class {', '.join(missing)}", cure)
        self.label_of = {known.index(name): label for label, name in enumerate(self.metainfo["classes"])}
        self.tracks = self._find_tracks()

    def __len__(self) -> int:
        return len(self.tracks)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """Draw crops of a track."""
        rows = self.tracks[index][self._draw(self.database.crops["frame"][self.tracks[index]])]
        crops = self.database.crops[rows]
        pixels = [torch.from_numpy(self.database.pixels(row).reshape(-1, 4).copy()) for row in rows]
        return {
            "pixels": torch.cat(pixels),
            "sizes": _columns(crops, "height", "width"),
            "corners": _columns(crops, "top", "left"),
            "identities": torch.full((len(rows),), index),
            "labels": torch.tensor([self.label_of[label] for label in crops["label"].tolist()]),
        }

    def _find_tracks(self) -> list[NDArray[np.intp]]:
        """Rows of the crops of each track, in order of their frames; those without surroundings are left out."""
        crops = self.database.crops
        usable = np.isin(crops["label"], list(self.label_of)) & (crops["area"] < crops["height"] * crops["width"])
        rows = np.flatnonzero(usable)
        rows = rows[np.lexsort((crops["frame"][rows], crops["instance_id"][rows], crops["video"][rows]))]
        if not len(rows):
            raise FormatError(self.database.folder, "holds no crop with surroundings", "build it with a larger margin")
        keys = np.stack([crops["video"][rows], crops["instance_id"][rows]], axis=1)
        return np.split(rows, np.flatnonzero((np.diff(keys, axis=0) != 0).any(axis=1)) + 1)

    def _draw(self, frames: NDArray[np.int32]) -> NDArray[np.intp]:
        """Draw three of the occurrences of a track, given the frame of each."""
        last = len(frames) - 1
        if last < 2:
            return np.arange(len(frames))
        middle, spacing = random.randint(1, last - 1), random.randint(1, self.max_spacing)
        if self.spacing == "occurrence":
            return np.array([max(middle - spacing, 0), middle, min(middle + spacing, last)])
        wanted = frames[middle] + np.array([-spacing, 0, spacing])
        return np.abs(frames[:, None] - wanted).argmin(axis=0)


def _columns(crops: NDArray[np.void], *names: str) -> Tensor:
    return torch.from_numpy(np.stack([crops[name].astype(np.int64) for name in names], axis=1))


@DATA_SAMPLERS.register_module()
class DistinctTrackSampler(Sampler[int]):
    """Draws batches in which no track occurs twice.

    Args:
        dataset: What is sampled.
        batch_size: D, tracks a batch and process; the data loader's own must be the same.
        batches: Batches an epoch and process; 500 as released, whatever the number of tracks.
        seed: Must be the same on all ranks. Drawn and shared when None.

    Raises:
        FormatError: The dataset has fewer tracks than a batch.
    """

    def __init__(self, dataset: TrackCropDataset, batch_size: int, batches: int = 500, seed: int | None = None) -> None:
        if len(dataset) < batch_size:
            problem = f"has {len(dataset)} tracks, a batch takes {batch_size}"
            raise FormatError(dataset.database.folder, problem, "lower batch_size of the data loader and its sampler")
        self.tracks = len(dataset)
        self.batch_size = batch_size
        self.batches = batches
        self.rank, _ = get_dist_info()
        self.seed = sync_random_seed() if seed is None else seed
        self.epoch = 0

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng((self.seed, self.epoch, self.rank))
        for _ in range(self.batches):
            yield from rng.choice(self.tracks, self.batch_size, replace=False).tolist()

    def __len__(self) -> int:
        """Items of this rank."""
        return self.batches * self.batch_size

    def set_epoch(self, epoch: int) -> None:
        """Choose other tracks; called by mmengine's DistSamplerSeedHook."""
        self.epoch = epoch


@FUNCTIONS.register_module()
def join_crops(items: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
    """Join the crops of several tracks into one batch: a collate function."""
    return {name: torch.cat([item[name] for item in items]) for name in items[0]}
