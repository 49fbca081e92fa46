#!/usr/bin/env python
"""Does a tracker's memory stay flat over a very long video, also if it remembers all earlier detections?

    python tools/benchmark/memory_of_tracking.py [--frames 10000] [--tracker track_rcnn_algorithm1]

Tracking alone, on detections that are generated frame by frame and not kept: ten objects a frame with masks and 128-d
embeddings, of which one in twenty leaves for good and is replaced by another, so that thousands of tracks end up lost.
Which bound holds memory down is stated in the tracker's config: ``max_lost`` tracks, ``max_per_track`` embeddings each.

Measured over 10,000 frames, megabytes at frame 999 and at the end: demo (``appearance_and_overlap``) 87.5 and 87.6,
``byte_track`` 87.3 and 87.4. ``track_rcnn_algorithm1`` over 20,000: 157.5 at frame 1999, 159.0 at 9999, 159.6 at the
end, with at most 610 tracks remembered of 7,301.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
from mmengine.config import Config
from tqdm import tqdm

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.formats.rle import boxes, encode_crop
from mots_plugin.structures import Frame, Observations

TRACKERS = Path(__file__).resolve().parents[2] / "configs" / "_base_" / "trackers"
OBJECTS, HEIGHT, WIDTH, DIMENSIONS = 10, 96, 320, 128


def generate(frames: int, seed: int = 0) -> Iterator[tuple[Observations, Frame]]:
    """Yield detections, one frame after the other."""
    rng = np.random.default_rng(seed)
    still = np.zeros((1, 1, 2), np.float32)
    looks = rng.normal(0, 1, (OBJECTS, DIMENSIONS))
    corners = rng.integers(0, (WIDTH - 20, HEIGHT - 30), (OBJECTS, 2))
    for index in range(frames):
        gone = rng.random(OBJECTS) < 0.05
        looks[gone] = rng.normal(0, 1, (int(gone.sum()), DIMENSIONS))
        corners[gone] = rng.integers(0, (WIDTH - 20, HEIGHT - 30), (int(gone.sum()), 2))
        masks = [encode_crop(np.ones((30, 20), bool), int(x), int(y), HEIGHT, WIDTH) for x, y in corners]
        observations = Observations(
            boxes=boxes(masks),
            scores=rng.uniform(0.5, 1.0, OBJECTS).astype(np.float32),
            labels=np.arange(OBJECTS) % 2,
            masks=masks,
            embeddings=(looks + rng.normal(0, 0.02, looks.shape)).astype(np.float32),
        )
        yield observations, Frame(index, (HEIGHT, WIDTH), "generated", still if index else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=10000, help="length of the video (default: %(default)s)")
    parser.add_argument(
        "--tracker", choices=sorted(file.stem for file in TRACKERS.glob("*.py")), default="track_rcnn_algorithm1"
    )
    arguments = parser.parse_args()
    if arguments.frames < 2000:
        parser.error("--frames must be at least 2000, to tell growth from filling up to the bound")
    tracker = build_torch_free(Config.fromfile(TRACKERS / f"{arguments.tracker}.py").tracker.to_dict())
    process = psutil.Process()
    memory, remembered, seconds = np.zeros(arguments.frames), np.zeros(arguments.frames), np.zeros(arguments.frames)
    highest_identity = 0
    for index, (observations, frame) in enumerate(tqdm(generate(arguments.frames), total=arguments.frames)):
        start = time.perf_counter()
        tracks = tracker.track(observations, frame)
        seconds[index] = time.perf_counter() - start
        highest_identity = max(highest_identity, int(tracks.ids.max(initial=0)))
        memory[index] = process.memory_info().rss / 2**20
        remembered[index] = sum(len(one.bank) for one in tracker.trackers)
    shown = np.linspace(0, arguments.frames - 1, 11).astype(int)
    print(f"{highest_identity} tracks; at most {remembered.max():.0f} remembered at a time")
    print("frame       " + " ".join(f"{index:7d}" for index in shown))
    print("megabytes   " + " ".join(f"{memory[index]:7.1f}" for index in shown))
    print("remembered  " + " ".join(f"{remembered[index]:7.0f}" for index in shown))
    half, last = memory[arguments.frames // 2], memory[-1]
    print(f"from half way to the end: {last - half:+.1f} MB, ratio {last / half:.4f}")
    early, late = (np.median(1000 * part) for part in (seconds[-3000:-2000], seconds[-1000:]))
    print(f"median ms a frame, third last and last thousand: {early:.2f}, {late:.2f}")


if __name__ == "__main__":
    main()
