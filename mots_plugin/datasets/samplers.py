"""Which clips are trained on, and which process tests which video."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator

import numpy as np
from mmdet.datasets import BaseVideoDataset
from mmdet.registry import DATA_SAMPLERS
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from mots_plugin.datasets.identified_boxes import IdentifiedBoxDataset
from mots_plugin.datasets.joint import JointIdentityDataset
from mots_plugin.datasets.mots_video import MOTSVideoDataset
from mots_plugin.formats.errors import FormatError


@DATA_SAMPLERS.register_module()
class ClipSampler(Sampler[tuple[int, int]]):
    """Draws every clip of adjacent frames once an epoch, as ``(video, first frame)``; see ``ClipFrameSample``.

    The order is shuffled by ``seed + epoch``, alike on all ranks, and filled up from its beginning until all ranks
    get equally many.

    Args:
        dataset: What is sampled.
        clip_length: Frames a clip. A shorter video is one clip, starting at frame 0.
        min_annotated_frames: Clips with fewer frames that hold an object (ignored ones do not count) are skipped.
            0 keeps all; ``clip_length`` is the rule of the released TrackR-CNN (specs/trackrcnn.md, §3).
        seed: Must be the same on all ranks. Drawn and shared when None.

    Raises:
        FormatError: No clip is left.
        ValueError: Not a MOTSVideoDataset.
    """

    def __init__(
        self,
        dataset: MOTSVideoDataset,
        clip_length: int,
        min_annotated_frames: int = 1,
        seed: int | None = None,
    ) -> None:
        if not isinstance(dataset, MOTSVideoDataset):
            raise ValueError(f"ClipSampler samples a MOTSVideoDataset, not a {type(dataset).__name__}")
        self.rank, self.world_size = get_dist_info()
        self.seed = sync_random_seed() if seed is None else seed
        self.dataset = dataset
        self.epoch = 0
        self.clips = [
            (video, start)
            for video in range(len(dataset))
            for start in _clip_starts(dataset.get_data_info(video)["object_counts"], clip_length, min_annotated_frames)
        ]
        if not self.clips:
            raise FormatError(
                dataset.ann_file,
                f"no clip of {clip_length} frames has {min_annotated_frames} with objects",
                "lower min_annotated_frames of the ClipSampler, or check the classes",
            )

    def __iter__(self) -> Iterator[tuple[int, int]]:
        order = np.random.default_rng(self.seed + self.epoch).permutation(len(self.clips))
        order = np.resize(order, len(self) * self.world_size)  # repeats from the beginning
        return (self.clips[index] for index in order[self.rank :: self.world_size])

    def __len__(self) -> int:
        """Clips of this rank."""
        return math.ceil(len(self.clips) / self.world_size)

    def set_epoch(self, epoch: int) -> None:
        """Choose another order; called by mmengine's DistSamplerSeedHook."""
        self.epoch = epoch


def _clip_starts(object_counts: np.ndarray, clip_length: int, min_annotated_frames: int) -> list[int]:
    last_start = max(len(object_counts) - clip_length, 0)
    annotated = np.concatenate([[0], np.cumsum(object_counts > 0)])
    ends = np.minimum(np.arange(last_start + 1) + clip_length, len(object_counts))
    kept = annotated[ends] - annotated[: last_start + 1] >= min(min_annotated_frames, len(object_counts))
    return np.flatnonzero(kept).tolist()


@DATA_SAMPLERS.register_module()
class FramePairSampler(Sampler[int]):
    """Draws pairs of neighbouring frames, so that a batch holds objects that it sees twice (JDE's triplet losses).

    An epoch is half as many pairs as there are images: each an image, drawn without repetition, and the next one of its
    video. The order is shuffled by ``seed + epoch``, alike on all ranks.

    Args:
        dataset: What is sampled.
        seed: Must be the same on all ranks. Drawn and shared when None.
    """

    def __init__(self, dataset: IdentifiedBoxDataset | JointIdentityDataset, seed: int | None = None) -> None:
        self.rank, self.world_size = get_dist_info()
        self.seed = sync_random_seed() if seed is None else seed
        self.neighbours = dataset.neighbours()
        self.pairs = math.ceil(len(self.neighbours) / (2 * self.world_size))
        self.epoch = 0

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng(self.seed + self.epoch).permutation(len(self.neighbours))
        mine = np.resize(order, self.pairs * self.world_size)[self.rank :: self.world_size]
        return iter(np.stack([mine, self.neighbours[mine]], axis=1).ravel().tolist())

    def __len__(self) -> int:
        """Images of this rank."""
        return 2 * self.pairs

    def set_epoch(self, epoch: int) -> None:
        """Choose other pairs; called by mmengine's DistSamplerSeedHook."""
        self.epoch = epoch


@DATA_SAMPLERS.register_module()
class WholeVideoSampler(Sampler[tuple[int, int]]):
    """Feeds videos frame by frame, in order, and splits them over ranks whole, as ``(video, frame)``.

    Unlike mmdet's TrackImgSampler it evens out the frames a rank gets, and leaves ranks without work when there are
    fewer videos than ranks instead of refusing to run.

    Args:
        dataset: Any of mmdet's video datasets.
        seed: Accepted because mmengine passes one; nothing is random here.
    """

    def __init__(self, dataset: BaseVideoDataset, seed: int | None = None) -> None:
        rank, world_size = get_dist_info()
        lengths = [dataset.get_len_per_video(video) for video in range(len(dataset))]
        self.dataset = dataset
        self.frames = [
            (video, frame) for video in split_videos(lengths, world_size)[rank] for frame in range(lengths[video])
        ]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.frames)

    def __len__(self) -> int:
        """Frames of this rank."""
        return len(self.frames)


def split_videos(lengths: list[int], world_size: int) -> list[list[int]]:
    """Give every video to one rank, longest first, each to the rank with the fewest frames so far.

    Args:
        lengths: Frames of each video.
        world_size: Number of ranks.

    Returns:
        For each rank the indices of its videos, ascending. Depends on nothing but the arguments.
    """
    loads = [(0, rank) for rank in range(world_size)]
    videos: list[list[int]] = [[] for _ in range(world_size)]
    for video in sorted(range(len(lengths)), key=lambda video: (-lengths[video], video)):
        load, rank = heapq.heappop(loads)
        videos[rank].append(video)
        heapq.heappush(loads, (load + lengths[video], rank))
    return [sorted(part) for part in videos]
