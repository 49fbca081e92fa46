"""What a frame costs: the network, the embedding of what was found, and the association, for many or few targets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mots_plugin.structures import Frame, Observations

_WARM_UP = 2


@dataclass(frozen=True)
class FrameTime:
    """Median seconds of one frame with a given number of targets.

    Attributes:
        network: From the image to boxes; with JDE to embeddings, too.
        embedding: Of the boxes, where another network does it; 0 for JDE.
        association: The tracker.
    """

    network: float
    embedding: float
    association: float

    @property
    def whole(self) -> float:
        """Of all parts."""
        return self.network + self.embedding + self.association


@torch.no_grad()
def frame_times(model: Any, batch: dict, targets: Sequence[int], rounds: int = 10) -> list[FrameTime]:
    """Time a JDE or a :class:`SeparateDetectionEmbedding` on one image, as if it held so many people.

    What the network finds is replaced by people who walk evenly, so that the number is what is asked for. On a GPU all
    queued work is waited for.

    Args:
        model: The model.
        batch: One frame, as a test loader gives it.
        targets: Numbers of people.
        rounds: Timed frames for each of them.

    Returns:
        One entry a number.
    """
    model.eval()
    data = model.data_preprocessor(batch, False)
    image, (sample,) = data["inputs"][:, 0], data["data_samples"][0].video_data_samples[:1]
    embedder = getattr(model, "embedder", None)
    network = []
    dimensions = 0
    for _ in range(_WARM_UP + rounds):
        start = _now(image)
        if embedder is None:
            ((_, found),) = model.observe(image, sample)
            dimensions = found.embeddings.shape[1]
        else:
            model.detector.predict(image, [sample])
        network.append(_now(image) - start)
    if embedder is not None:
        dimensions = embedder.embed(image.new_zeros(0, 3, *model.crop_size)).shape[1]
    times = []
    for count in targets:
        embedding, association = [], []
        model.tracker.reset()
        for index, people in enumerate(islice(_walking_people(count, image, dimensions), _WARM_UP + rounds)):
            start = _now(image)
            if embedder is not None:
                boxes = torch.from_numpy(people.boxes).to(image)
                people = replace(people, embeddings=embedder.embed(model.cut_out(image, [boxes])).cpu().numpy())
            embedded = _now(image)
            model.tracker.track(people, Frame(index, tuple(image.shape[-2:])))
            embedding.append(embedded - start)
            association.append(_now(image) - embedded)
        parts = (float(np.median(part[_WARM_UP:])) for part in (network, embedding, association))
        times.append(FrameTime(*parts))
    return times


def _walking_people(count: int, image: Tensor, dimensions: int) -> Iterator[Observations]:
    rng = np.random.default_rng(0)
    height, width = image.shape[-2:]
    heights = rng.uniform(height / 8, height / 2, count)
    half = np.stack([heights / 3, heights], axis=1) / 2
    centres = rng.uniform(0, (width, height), (count, 2))
    looks = rng.normal(size=(count, dimensions)).astype(np.float32)
    while True:
        centres[:, 0] = (centres[:, 0] + width / 400) % width
        yield Observations(
            boxes=np.concatenate([centres - half, centres + half], axis=1).astype(np.float32),
            scores=np.full(count, 0.9, np.float32),
            labels=np.zeros(count, np.int64),
            embeddings=looks,
        )


def _now(image: Tensor) -> float:
    if image.is_cuda:
        torch.cuda.synchronize(image.device)
    return time.perf_counter()
