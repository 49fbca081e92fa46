#!/usr/bin/env python
"""How long does association alone take, beside the trackers of mmdet and of the PyPI package ``trackers``?

    python tools/benchmark/tracker_speed.py [--sizes 10 50 200 1000] [--dimensions 128] [--only-boxes]

All get the same generated detections: objects of 40 to 200 pixels that move evenly and bounce off the borders of a
scene in which 50 share an area of 1920 x 1080, one in twenty missed, scores from 0.3 to 1, elliptic masks, 128-d
embeddings, smooth flow of half the resolution. They come in the form that the tracker takes, and with nothing that it
does not look at. Printed are median milliseconds of processor time a frame, of rounds in which the trackers take turns,
and in brackets their ratio to this project's tracker of the same kind, Kalman motion and box overlap. What cannot be
imported is left out with a line; ``pip install trackers lap motmetrics``, into an environment of its own, brings them
all. One thread.

One run of ``--only-boxes``, beside a run of the tests, milliseconds at 10, 50, 200 and 1,000 objects:

    this project's, Kalman + box overlap     0.29    0.47    0.98     2.80
    trackers' ByteTrack                      0.39    1.43    6.26    54.9
    trackers' OC-SORT                        0.70    3.02   13.4     99.9
    mmdet's ByteTrack                        3.09    9.56   33.6    225
    mmdet's SORT                             3.77   14.2    53.6    343
    mmdet's OC-SORT                          5.53   23.2    90.7    574
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from mmengine.config import Config
from tqdm import tqdm

from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.formats.rle import encode_crop
from mots_plugin.formats.text_table import format_table
from mots_plugin.structures import Frame, Observations

TRACKERS = Path(__file__).resolve().parents[2] / "configs" / "_base_" / "trackers"
PIXELS_AN_OBJECT = 1920 * 1080 / 50
WARM_UP = 5
Contender = tuple[Callable[[Observations, Frame], Any], Callable[[Any], Any]]
"""How a tracker wants a frame's detections, which is not timed, and how it tracks them, which is."""
OWN = {
    "Kalman + box overlap": "byte_track",
    "embedding": "track_rcnn_released",
    "mask overlap by flow": "track_rcnn_mask_iou",
    "embedding + mask overlap": "pointtrack",
    "masks, then all embeddings": "track_rcnn_algorithm1",
    "JDE's cascade": "jde",
}
"""Trackers of this project by what they compare, and the config of each."""


def generate_video(
    objects: int, frames: int, dimensions: int = 128, seed: int = 0
) -> Iterator[tuple[Observations, Frame]]:
    """Yield the detections and the frames of a video."""
    rng = np.random.default_rng(seed)
    size = np.array([16, 9]) * np.sqrt(objects * PIXELS_AN_OBJECT / 144)
    shape = int(size[1]), int(size[0])
    centres, heights = rng.uniform(0, size, (objects, 2)), rng.uniform(40, 200, objects)
    half = np.stack([heights * rng.uniform(0.3, 1.2, objects), heights], axis=1) / 2
    velocities = rng.normal(0, 3, (objects, 2))
    looks = rng.normal(0, 1, (objects, dimensions))
    y, x = np.mgrid[: shape[0] // 2, : shape[1] // 2] / 100.0
    flow = np.stack([3 * np.sin(x) * np.cos(y), 3 * np.cos(x + y)], axis=-1).astype(np.float32)
    for index in range(frames):
        centres = centres + velocities
        velocities = np.where((centres < 0) | (centres > size), -velocities, velocities)
        found = np.flatnonzero(rng.random(objects) > 0.05)
        boxes = np.concatenate([centres - half, centres + half], axis=1)[found] + rng.normal(0, 1.5, (len(found), 4))
        observations = Observations(
            boxes=boxes.astype(np.float32),
            scores=rng.uniform(0.3, 1.0, len(found)).astype(np.float32),
            labels=np.zeros(len(found), np.int64),
            masks=[_ellipse(box, *shape) for box in boxes],
            embeddings=(looks[found] + rng.normal(0, 0.3, (len(found), dimensions))).astype(np.float32),
        )
        yield observations, Frame(index, shape, flow=flow if index else None)


def _ellipse(box: np.ndarray, height: int, width: int) -> Any:
    x1, y1, x2, y2 = np.rint(box).astype(int)
    columns = (np.arange(x1, x2) + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)
    rows = (np.arange(y1, y2) + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    return encode_crop(rows[:, None] ** 2 + columns**2 <= 1, int(x1), int(y1), height, width)


def own_tracker(config_name: str) -> Contender:
    """Return one of this project's trackers, of the first class; detections of any score take part."""
    config = Config.fromfile(TRACKERS / f"{config_name}.py").tracker.trackers[0].to_dict()
    if config_name != "byte_track":  # which is made for all scores
        config["lifecycle"].update(birth_score=0.0, min_score=0.0)
        for stage in config["stages"]:
            stage.pop("min_score", None)
    tracker = build_torch_free(config)
    cues = str(config["stages"])
    unused: dict[str, Any] = {} if "MaskIoUCue" in cues else {"masks": None}
    if "EmbeddingCue" not in cues and "GalleryCue" not in cues:
        unused["embeddings"] = None
    return lambda observations, frame: (replace(observations, **unused), frame), lambda given: tracker.track(*given)


def mmdet_tracker(name: str) -> Contender:
    """Return a tracker of mmdet, as its own configs set it up."""
    import mmdet.models  # noqa: F401
    import torch
    from mmdet.registry import MODELS
    from mmdet.structures import DetDataSample
    from mmengine.registry import init_default_scope
    from mmengine.structures import InstanceData

    torch.set_num_threads(1)
    init_default_scope("mmdet")
    settings: dict[str, dict] = {
        "SORTTracker": {"obj_score_thr": 0.5, "match_iou_thr": 0.5, "reid": None},
        "ByteTracker": {
            "obj_score_thrs": {"high": 0.6, "low": 0.1},
            "init_track_thr": 0.7,
            "match_iou_thrs": {"high": 0.1, "low": 0.5, "tentative": 0.3},
            "num_frames_retain": 30,
        },
        "OCSORTTracker": {"obj_score_thr": 0.3, "init_track_thr": 0.7, "match_iou_thr": 0.3, "num_frames_retain": 30},
    }
    tracker = MODELS.build({"type": name, "motion": {"type": "KalmanFilter"}, **settings[name]})

    def prepare(observations: Observations, frame: Frame) -> Any:
        sample = DetDataSample(metainfo={"frame_id": frame.index, "ori_shape": frame.image_shape})
        sample.pred_instances = InstanceData(
            bboxes=torch.from_numpy(observations.boxes),
            scores=torch.from_numpy(observations.scores),
            labels=torch.from_numpy(observations.labels),
        )
        return sample

    return prepare, lambda sample: tracker.track(model=None, img=None, feats=None, data_sample=sample)


def package_tracker(name: str) -> Contender:
    """Return a tracker of the package ``trackers``, as it is set up by default."""
    import supervision
    import trackers

    tracker = getattr(trackers, name)()

    def prepare(observations: Observations, frame: Frame) -> Any:
        return supervision.Detections(xyxy=observations.boxes.astype(np.float64), confidence=observations.scores)

    return prepare, tracker.update


def contenders(only_boxes: bool) -> dict[str, Callable[[], Contender]]:
    """Return, by title, how to set up each tracker that can be imported."""
    named: dict[str, Callable[[], Contender]] = {}
    for title, config_name in list(OWN.items())[: 1 if only_boxes else None]:
        named[title] = partial(own_tracker, config_name)
    for name in ("SORTTracker", "ByteTracker", "OCSORTTracker"):
        named[f"mmdet {name}"] = partial(mmdet_tracker, name)
    for name in ("ByteTrackTracker", "OCSORTTracker"):
        named[f"trackers {name}"] = partial(package_tracker, name)
    usable = {}
    for title, set_up in named.items():
        try:
            set_up()
            usable[title] = set_up
        except (ImportError, RuntimeError) as error:
            print(f"{title} is left out: {' '.join(str(error).split())}")
    return usable


def milliseconds(set_up: Callable[[], Contender], video: list[tuple[Observations, Frame]]) -> list[float]:
    """Return the processor time of each frame after the first few."""
    (prepare, step), times = set_up(), []
    for frame in [prepare(*frame) for frame in video]:
        start = time.process_time()
        step(frame)
        times.append(1000 * (time.process_time() - start))
    return times[WARM_UP:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 50, 200, 1000], help="objects a frame")
    parser.add_argument("--frames", type=int, default=40, help="frames a round (default 40)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--dimensions", type=int, default=128, help="of an embedding (default 128; JDE's have 512)")
    parser.add_argument("--only-boxes", action="store_true", help="leave out what looks at masks and embeddings")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    usable = contenders(arguments.only_boxes)
    medians: dict[str, list[float]] = {title: [] for title in usable}
    progress = tqdm(total=len(arguments.sizes) * arguments.rounds * len(usable), desc="timing", unit="run")
    with progress:
        for objects in arguments.sizes:
            video = list(generate_video(objects, arguments.frames, arguments.dimensions))
            times: dict[str, list[float]] = {title: [] for title in usable}
            for _ in range(arguments.rounds):
                for title, set_up in usable.items():
                    progress.set_postfix_str(f"{title}, {objects} objects")
                    times[title] += milliseconds(set_up, video)
                    progress.update()
            for title, measured in times.items():
                medians[title].append(float(np.median(measured)))
            summary = ", ".join(f"{title} {values[-1]:.2f}" for title, values in medians.items())
            progress.write(f"{objects} objects, ms a frame: {summary}")
    reference = medians[next(iter(OWN))]
    rows = []
    for title, values in medians.items():
        ratios = [f"({value / own:.1f}x)" for value, own in zip(values, reference, strict=True)]
        rows.append([title, *(f"{value:.2f} {ratio}" for value, ratio in zip(values, ratios, strict=True))])
    print(format_table(["median ms a frame", *(f"{size} objects" for size in arguments.sizes)], rows))


if __name__ == "__main__":
    main()
