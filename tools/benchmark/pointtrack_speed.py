#!/usr/bin/env python
"""How long do the parts of PointTrack take, on the device at hand?

    python tools/benchmark/pointtrack_speed.py [--parts association embedding] [--instances 10 50]

- segmentation: the published network on a frame of 375 x 1242, without clustering.
- clustering: pixels of a frame of 375 x 1242 that point to 10 or 50 ellipses, beside a plain loop that compares every
  proposal with every candidate pixel; the results are checked to be equal.
- embedding: 100 instances of 46 x 55 pixels, 1,500 points each, in one call, beside one call for each of them; and the
  drawing of their points alone, beside a loop that looks for the pixels of one instance after the other.
- association: a frame of 10 or 50 masks and embeddings of 32 numbers, by the published tracker, beside one that
  compares one track after the other; the identities are checked to be equal.

Printed are median milliseconds a frame of rounds in which the contestants take turns: on a CPU processor time of one
thread, which other programs hardly disturb, on a GPU elapsed time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pycocotools.mask as coco_mask
import torch
from mmengine.config import Config
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.formats.rle import boxes, encode
from mots_plugin.formats.text_table import format_table
from mots_plugin.ops import ClusteringRule, cluster_pixels
from mots_plugin.ops.points import frame_clouds
from mots_plugin.structures import Frame, Observations

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "pointtrack"
HEIGHT, WIDTH = 375, 1242
RULE = ClusteringRule(seed_threshold=0.9, min_pixels=60)
PITCH = 1 / 1023


def draw_fields(instances: int, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings (2, H, W), precisions (2, H, W) and seeds (H, W) of ellipses that partly cover one another."""
    generator = torch.Generator().manual_seed(0)
    down, across = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    pixels = torch.stack([across, down]).float()
    embeddings, seeds = pixels * PITCH, torch.full((HEIGHT, WIDTH), 0.02)
    sigmas = torch.ones(2, HEIGHT, WIDTH)
    for _ in range(instances):
        uniform = torch.rand(4, generator=generator)
        centre = uniform[:2] * torch.tensor([WIDTH, HEIGHT])
        radii = torch.tensor([12.0, 18.0]) + uniform[2:] * torch.tensor([40.0, 30.0])
        distance = ((pixels - centre[:, None, None]) / radii[:, None, None]).square().sum(0)
        inside = distance < 1
        noise = 0.15 * radii[:, None, None] * torch.randn(2, HEIGHT, WIDTH, generator=generator)
        embeddings[:, inside] = ((centre[:, None, None] + noise) * PITCH)[:, inside]
        sigmas[:, inside] = ((2 / (radii * PITCH).square()).log()[:, None, None].expand_as(sigmas))[:, inside]
        blurred = 0.98 - 0.3 * distance + 0.02 * torch.randn(HEIGHT, WIDTH, generator=generator)
        seeds[inside] = blurred.clamp(0.01, 0.999)[inside]
    return embeddings.to(device), sigmas.exp().to(device), seeds.to(device)


def plain_loop(embeddings: Tensor, precisions: Tensor, seeds: Tensor) -> Tensor:
    """Cluster as published, one proposal after the other, each over all candidates."""
    candidates = seeds > RULE.candidate_threshold
    points, widths, scores = embeddings[:, candidates], precisions[:, candidates], seeds[candidates]
    free = torch.ones_like(scores, dtype=torch.bool)
    owners = torch.zeros_like(scores, dtype=torch.int32)
    count = 0
    while int(free.sum()) > RULE.min_pixels:
        best = int((scores * free).argmax())
        if float(scores[best]) < RULE.seed_threshold:
            break
        free[best] = False
        distance = ((points - points[:, best, None]).square() * widths[:, best, None]).sum(0)
        proposal = torch.exp(-distance) > RULE.membership_threshold
        size = int(proposal.sum())
        if size > RULE.min_pixels and int(free[proposal].sum()) / size > RULE.min_unclustered:
            count += 1
            owners[proposal] = count
        free[proposal] = False
    instances = torch.zeros_like(seeds, dtype=torch.int32)
    instances[candidates] = owners
    return instances


def now(device: str) -> float:
    """Seconds on the clock that counts."""
    if device == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def time_in_turns(contestants: dict[str, Callable[[], object]], rounds: int, device: str) -> dict[str, float]:
    """Median milliseconds of each contestant, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, run in contestants.items():
            started = now(device)
            run()
            times[name].append(1000 * (now(device) - started))
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def clustering(arguments: argparse.Namespace, device: str) -> list[list[str]]:
    rows = []
    for instances in arguments.instances:
        fields = draw_fields(instances, device)
        found, _ = cluster_pixels(*fields, RULE)
        if not torch.equal(found, plain_loop(*fields)):
            raise RuntimeError("the results differ")
        times = time_in_turns(
            {"own": lambda: cluster_pixels(*fields, RULE), "plain": lambda: plain_loop(*fields)},  # noqa: B023
            arguments.rounds,
            device,
        )
        pixels = int((fields[2] > RULE.candidate_threshold).sum())
        name = f"clustering, {instances} drawn, {int(found.max())} found, {pixels} candidates"
        ratio = times["plain"] / times["own"]
        rows.append([name, f"{times['own']:.1f}", f"plain loop {times['plain']:.1f} ({ratio:.1f} times)"])
    return rows


def segmentation(arguments: argparse.Namespace, device: str) -> list[list[str]]:
    from mmdet.registry import MODELS
    from mmengine.registry import init_default_scope

    import mots_plugin.registration  # noqa: F401

    init_default_scope("mmdet")
    rows = []
    for name, file in (
        ("PointTrack", "pointtrack_segmenter-stage2-frames_100e_kitti-mots_car"),
        ("PointTrack++", "pointtrack-pp_segmenter-stage2-frames_50e_kitti-mots_car"),
    ):
        model = MODELS.build(Config.fromfile(CONFIGS / f"{file}.py").model).to(device).eval()
        image = torch.rand(1, 3, HEIGHT, WIDTH, device=device)
        with torch.no_grad():
            times = time_in_turns({"own": lambda: model._forward(image)}, arguments.rounds, device)  # noqa: B023
        rows.append([f"segmentation, {name}", f"{times['own']:.1f}", ""])
    return rows


def embedding(arguments: argparse.Namespace, device: str) -> list[list[str]]:
    from mmdet.registry import MODELS
    from mmengine.registry import init_default_scope

    import mots_plugin.registration  # noqa: F401

    init_default_scope("mmdet")
    image = torch.randint(0, 256, (3, HEIGHT, WIDTH), dtype=torch.uint8, device=device)
    instances = torch.zeros(HEIGHT, WIDTH, dtype=torch.long, device=device)
    for number in range(100):
        top, left = 5 + 73 * (number // 20), 4 + 61 * (number % 20)
        instances[top : top + 55, left : left + 46] = number + 1
    labels = torch.zeros(100, dtype=torch.long, device=device)
    alone = [torch.where(instances == number + 1, 1, 0) for number in range(100)]
    contestants: dict[str, Callable[[], object]] = {
        "own": lambda: frame_clouds(image, instances, labels),
        "plain": lambda: [plain_points(image, instances, number + 1) for number in range(100)],
    }
    times = time_in_turns(contestants, arguments.rounds, device)
    ratio = f"instance by instance {times['plain']:.1f} ({times['plain'] / times['own']:.1f} times)"
    rows = [["points of 100 instances", f"{times['own']:.1f}", ratio]]
    for name, file in (
        ("PointTrack", "pointtrack_embedding_34e_kitti-mots_car"),
        ("PointTrack++", "pointtrack-pp_embedding-stage4-aggregate_34e_kitti-mots_car"),
    ):
        head = MODELS.build(Config.fromfile(CONFIGS / f"{file}.py").model).embedding.to(device).eval()
        contestants = {
            "own": lambda: head.embed(image, instances, labels),  # noqa: B023
            "plain": lambda: [head.embed(image, one, labels[:1]) for one in alone],  # noqa: B023
        }
        times = time_in_turns(contestants, arguments.rounds, device)
        ratio = f"one call each {times['plain']:.1f} ({times['plain'] / times['own']:.1f} times)"
        rows.append([f"embedding of 100 instances, {name}", f"{times['own']:.1f}", ratio])
    return rows


def plain_points(image: Tensor, instances: Tensor, number: int) -> tuple[Tensor, Tensor]:
    """Draw the points of one instance from lists of its own pixels and of those around it."""
    mask = instances == number
    rows, columns = mask.nonzero(as_tuple=True)
    top, left, bottom, right = int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max())
    down, across = int(0.2 * (bottom - top)), int(0.2 * (right - left))
    window = (slice(max(top - down, 0), bottom + down + 1), slice(max(left - across, 0), right + across + 1))
    around = (~mask[window]).nonzero()
    drawn = torch.randint(len(rows), (1000,)), torch.randint(len(around), (500,))
    own = torch.cat([image[:, rows[drawn[0]], columns[drawn[0]]] / 255, (rows - rows.float().mean())[None, drawn[0]]])
    cut = image[(slice(None), *window)]
    return own, cut[:, around[drawn[1], 0], around[drawn[1], 1]] / 255


def association(arguments: argparse.Namespace, device: str) -> list[list[str]]:
    rows = []
    config = Config.fromfile(CONFIGS.parent / "_base_" / "trackers" / "pointtrack.py").tracker.trackers[0].to_dict()
    for instances in arguments.instances:
        video = list(moving_masks(instances, 30))
        times: dict[str, list[float]] = {"own": [], "plain": []}
        for _ in range(arguments.rounds):
            tracker, plain = build_torch_free(config), PlainTracker()
            for index, observations in enumerate(video):
                started = now("cpu")
                tracks = tracker.track(observations, Frame(index, (HEIGHT, WIDTH)))
                tracked = now("cpu")
                identities = plain.track(observations)
                times["own"].append(1000 * (tracked - started))
                times["plain"].append(1000 * (now("cpu") - tracked))
                if identities[tracks.rows].tolist() != tracks.ids.tolist():
                    raise RuntimeError("the identities differ")
        own, loop = statistics.median(times["own"]), statistics.median(times["plain"])
        rows.append(
            [f"association, {instances} masks", f"{own:.2f}", f"track by track {loop:.2f} ({loop / own:.1f} times)"]
        )
    return rows


def moving_masks(instances: int, frames: int) -> Iterator[Observations]:
    """Yield the masks and embeddings of ellipses that drift, none of them ever missed."""
    rng = np.random.default_rng(0)
    centres, radii = (
        rng.uniform([60, 60], [WIDTH - 60, HEIGHT - 60], (instances, 2)),
        rng.uniform(12, 50, (instances, 2)),
    )
    looks = rng.normal(0, 2, (instances, 32))
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    for _ in range(frames):
        centres = centres + rng.normal(0, 1.5, centres.shape)
        masks = [
            encode(((x - column) / across) ** 2 + ((y - row) / down) ** 2 <= 1)
            for (column, row), (across, down) in zip(centres, radii, strict=True)
        ]
        vectors = (looks + rng.normal(0, 0.3, looks.shape)).astype(np.float32)
        scores = np.ones(instances, np.float32)
        yield Observations(boxes(masks).astype(np.float32), scores, np.zeros(instances, np.int64), masks, vectors)


class PlainTracker:
    """Cars by the published formula, one track after the other."""

    def __init__(self) -> None:
        self.tracks: list[tuple[Any, np.ndarray]] = []

    def track(self, observations: Observations) -> np.ndarray:
        """Return the identity of each observation."""
        masks, vectors = observations.masks or [], np.asarray(observations.embeddings, np.float64)
        similarity = np.zeros((len(observations), len(self.tracks)))
        for column, (earlier, looks) in enumerate(self.tracks):
            distances = np.linalg.norm(vectors - looks, axis=1)
            overlaps = coco_mask.iou(masks, [earlier], [0])[:, 0]
            similarity[:, column] = 1.0090931467228708 * (8.810218833503743 - distances) + 0.74 * overlaps
        forbidden = similarity <= 0.8165986526897969
        identities = np.zeros(len(observations), int)
        for row, column in zip(*linear_sum_assignment(np.where(forbidden, 1e9, -similarity)), strict=True):
            if not forbidden[row, column]:
                identities[row] = column + 1
        for row, (mask, vector) in enumerate(zip(masks, vectors, strict=True)):
            if identities[row]:
                self.tracks[identities[row] - 1] = mask, vector
            else:
                self.tracks.append((mask, vector))
                identities[row] = len(self.tracks)
        return identities


PARTS: dict[str, Callable[[argparse.Namespace, str], list[list[str]]]] = {
    "segmentation": segmentation,
    "clustering": clustering,
    "embedding": embedding,
    "association": association,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--instances", nargs="+", type=int, default=[10, 50], help="for clustering and association")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    rows = [row for part in arguments.parts for row in PARTS[part](arguments, device)]
    print(format_table(["part", f"ms ({device})", ""], rows))


if __name__ == "__main__":
    main()
